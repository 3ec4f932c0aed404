package main

import (
	"fmt"
	"io"
	"strings"
)

// growthTable prints what was measured, a column for each size.
func growthTable(out io.Writer, name string, sizes []int, all []grown) error {
	var b strings.Builder
	row := func(title string, cell func(i int) string) {
		fmt.Fprintf(&b, "| %s |", title)
		for i := range all {
			fmt.Fprintf(&b, " %s |", cell(i))
		}
		b.WriteString("\n")
	}
	row("µs of a request; "+name+":", func(i int) string { return fmt.Sprint(sizes[i]) })
	b.WriteString("|---|" + strings.Repeat("---|", len(all)) + "\n")
	for j, action := range all[0].names {
		row(action, func(i int) string { return fmt.Sprintf("%.1f", all[i].prices[j]) })
	}
	row("memory when started, MiB (anonymous)", func(i int) string {
		return fmt.Sprintf("%.0f (%.0f)", mib(all[i].memory.Resident), mib(all[i].memory.Anonymous))
	})
	row("processor at rest, % of a core", func(i int) string { return fmt.Sprintf("%.1f", 100*all[i].rest) })
	row("files, MiB", func(i int) string { return fmt.Sprintf("%.1f", mib(all[i].stored)) })
	row("start, s", func(i int) string { return fmt.Sprintf("%.1f", all[i].start.Seconds()) })
	if _, err := fmt.Fprintln(out, b.String()); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }
