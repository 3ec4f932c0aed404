package main

import (
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"

	"xiaozhibo.dev/test/crowd/load"
)

// refused is the returnValue of a client that asks for too much.
const refused = 4003

// page writes lines, and keeps the first error.
type page struct {
	out io.Writer
	err error
}

func (p *page) print(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.out, format+"\n", args...)
	}
}

// report prints what the crowd cost, in Markdown.
func (c *crowd) report(out io.Writer, u usage, t *truth) error {
	p := &page{out: out}
	tally := c.engine.Counted()
	c.headline(p)
	all := actions(p, tally)
	p.print("\nIn all %d requests, %.0f a second, %d in the busiest; %.1f for each viewer. Most in rooms at once: %d.",
		all.Requests, float64(all.Requests)/u.length.Seconds(), c.engine.Busiest(), float64(all.Requests)/float64(c.viewers), c.world.MostWatching())
	p.print("Bytes of a thousand viewers with headers, without those of TCP and TLS: %.1f MB sent, %.1f MB received.",
		c.perThousand(float64(tally.Sent))/1e6, c.perThousand(float64(tally.Received))/1e6)
	c.costs(p, u, all.Requests)
	p.print("\nThe load: %.1f s of processor, %d connections and %d for one request each, %d requests sent again. Late by %s (p99), %s at most; "+
		"then waited for a connection for %s (p99), %s at most.", u.own.Seconds(), c.connections, tally.Fresh, tally.Resent,
		short(tally.Lag.Quantile(0.99)), short(tally.Lag.Most()), short(tally.Wait.Quantile(0.99)), short(tally.Wait.Most()))
	switch {
	case tally.Lag.Quantile(0.99) > lateLoad:
		p.print("The load itself was late: the times above are its own as much as the server's. Give it more cores, or fewer viewers.")
	case tally.Wait.Quantile(0.99) > lateLoad:
		p.print("The server was slower than the viewers came: requests waited until a connection was free.")
	}
	p.print("The truth: %d rooms have %d viewers and %d likes; %d numbers are not what the crowd knows.", t.rooms, t.viewers, t.likes, len(t.wrong))
	return p.err
}

// lateLoad is how late requests may be before it is told why.
const lateLoad = 50 * time.Millisecond

func (c *crowd) perThousand(n float64) float64 { return n * 1000 / float64(c.viewers) }

func (c *crowd) headline(p *page) {
	server, arrival := "one process on bbolt", fmt.Sprintf("all within %s", c.within)
	switch {
	case c.url != "":
		server = c.url
	case c.split:
		server = "five processes on Redis"
	}
	if c.evening {
		arrival = "over an evening"
	}
	p.print("%d viewers, %s, in %d rooms; %s, %g times as fast as in life; seed %d; %s, %s, %d cores.\n",
		c.viewers, arrival, c.rooms, c.length, c.faster, c.seed, server, runtime.Version(), runtime.NumCPU())
}

// actions prints a row for each Action, and returns their sum.
func actions(p *page, tally *load.Tally) (all load.Count) {
	p.print("| Action | requests | 4003 | other errors | p50 | p99 | bytes sent | received |\n|---|---|---|---|---|---|---|---|")
	for _, name := range slices.Sorted(maps.Keys(tally.Actions)) {
		c := tally.Actions[name]
		p.print("| %s | %d | %d | %s | %s | %s | %d | %d |", name, c.Requests, c.Values[refused], others(c),
			short(c.Latency.Quantile(0.5)), short(c.Latency.Quantile(0.99)), c.Sent, c.Received)
		all.Requests += c.Requests
	}
	return all
}

// others are the errors by returnValue.
func others(c *load.Count) string {
	var told []string
	for _, value := range slices.Sorted(maps.Keys(c.Values)) {
		if value != 0 && value != refused {
			told = append(told, fmt.Sprintf("%d: %d", value, c.Values[value]))
		}
	}
	if c.Unanswered > 0 {
		told = append(told, fmt.Sprintf("no reply: %d", c.Unanswered))
	}
	if len(told) == 0 {
		return "0"
	}
	return strings.Join(told, ", ")
}

// costs prints a row for each process of the server.
func (c *crowd) costs(p *page, u usage, requests int64) {
	if len(u.processes) == 0 {
		p.print("\nWhat the server's processes took is not known: they were not started here.")
		return
	}
	p.print("\n| process | processor s | s for 1,000 viewers | µs a request | resident at peak, MiB | anonymous |\n|---|---|---|---|---|---|")
	sum := processUsage{name: "all"}
	for _, one := range u.processes {
		c.cost(p, one, requests)
		sum.spent += one.spent
		sum.peak.Resident += one.peak.Resident
		sum.peak.Anonymous += one.peak.Anonymous
	}
	if len(u.processes) > 1 {
		c.cost(p, sum, requests)
	}
}

func (c *crowd) cost(p *page, u processUsage, requests int64) {
	p.print("| %s | %.1f | %.2f | %.1f | %.0f | %.0f |", u.name, u.spent.Seconds(), c.perThousand(u.spent.Seconds()),
		float64(u.spent.Microseconds())/float64(requests), float64(u.peak.Resident)/(1<<20), float64(u.peak.Anonymous)/(1<<20))
}

// short is a time in milliseconds.
func short(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1e3) }
