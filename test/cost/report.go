package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"
)

// report writes a table in Markdown, row by row, and keeps the first error.
type report struct {
	out    io.Writer
	server *server
	err    error
}

func newReport(out io.Writer, s *server) *report { return &report{out: out, server: s} }

func (r *report) print(format string, args ...any) {
	if r.err == nil {
		_, r.err = fmt.Fprintf(r.out, format+"\n", args...)
	}
}

func (r *report) heading(o options) {
	scheme, columns := "HTTP", "server"
	if o.https {
		scheme = "HTTPS"
	}
	if len(r.server.processes) > 1 {
		names := []string{}
		for _, p := range r.server.processes {
			names = append(names, p.name)
		}
		columns = strings.Join(names, " | ") + " | all"
	}
	r.print("%s, %d connections, server on core %s, wrk on core %s, %d rounds of %s, %s.",
		scheme, o.connections, o.serverCores, o.clientCores, o.rounds, o.length, runtime.Version())
	r.print("Processor time of a request in µs, medians; the ratio's median and its range over the rounds.\n")
	r.print("| Action | %s | bare | ratio | range |", columns)
	r.print("|---|%s", strings.Repeat("---|", strings.Count(columns, "|")+4))
}

func (r *report) row(measured row) {
	parts := measured.parts()
	cells := []string{}
	if len(parts) > 1 {
		for _, part := range parts {
			cells = append(cells, fmt.Sprintf("%.1f", part))
		}
	}
	ratios := measured.ratios()
	cells = append(cells, fmt.Sprintf("%.1f | %.1f | **%.2f** | %.2f–%.2f",
		measured.total(), median(measured.bare), median(ratios), ratios[0], ratios[len(ratios)-1]))
	r.print("| %s | %s |", measured.name, strings.Join(cells, " | "))
}
