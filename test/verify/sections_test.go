package verify_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The protocol is written twice; the first is in English.
var protocolNames = [2]string{"docs/protocol.md", "docs/protocol.zh.md"}

// section is a heading with what stands under it.
type section struct {
	document string
	level    int
	title    string
	name     string // what the title has in backquotes
	tables   []table
	blocks   []string
	prose    string
}

// table is a table without its line of dashes. Cells are trimmed.
type table struct {
	head []string
	rows [][]string
}

// sections are the sections of a document.
func sections(t *testing.T, document string) (all []section) {
	t.Helper()
	text := read(t, document)
	blocks := block.FindAllStringSubmatch(text, -1)
	text = block.ReplaceAllString(text, "\x00")
	inTable := false
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if title := strings.TrimLeft(line, "#"); title != line {
			all = append(all, section{document: document, level: len(line) - len(title), title: strings.TrimSpace(title), name: codes(title)})
			continue
		}
		here := &all[len(all)-1]
		cells := cellsOf(line)
		switch {
		case line == "\x00":
			here.blocks, blocks = append(here.blocks, blocks[0][2]), blocks[1:]
		case cells == nil:
			here.prose += line + "\n"
		case !inTable:
			here.tables = append(here.tables, table{head: cells})
		case !strings.HasPrefix(cells[0], "---"):
			last := &here.tables[len(here.tables)-1]
			last.rows = append(last.rows, cells)
		}
		inTable = cells != nil
	}
	if len(all) < 20 || len(blocks) > 0 {
		t.Fatalf("%s: found %d sections, and %d blocks are in none", document, len(all), len(blocks))
	}
	return all
}

// cellsOf are the cells of a line of a table, nil for another line.
func cellsOf(line string) (cells []string) {
	if !strings.HasPrefix(line, "|") || !strings.HasSuffix(line, "|") {
		return nil
	}
	for cell := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
		cells = append(cells, strings.TrimSpace(cell))
	}
	return cells
}

// codes is what a text has in backquotes, sorted, each once.
func codes(text string) string {
	found := first(inline.FindAllStringSubmatch(text, -1))
	slices.Sort(found)
	return strings.Join(slices.Compact(found), " ")
}

var numberPattern = regexp.MustCompile(`\d[\d,]*`)

// numbers are the numbers in a text, without separators.
func numbers(text string) string {
	return strings.ReplaceAll(strings.Join(numberPattern.FindAllString(text, -1), " "), ",", "")
}

// rows are those of the first table with that many columns, by the name in their first cell.
func (s section) rows(t *testing.T, columns int) map[string][]string {
	t.Helper()
	rows := map[string][]string{}
	at := slices.IndexFunc(s.tables, func(one table) bool { return len(one.head) == columns })
	if at < 0 {
		return rows
	}
	for _, row := range s.tables[at].rows {
		if rows[codes(row[0])] != nil {
			t.Errorf("%s, %q: two rows of %s", s.document, s.title, row[0])
		}
		rows[codes(row[0])] = row
	}
	return rows
}

func sectionOf(t *testing.T, document, name string) section {
	t.Helper()
	for _, one := range sections(t, document) {
		if one.name == name {
			return one
		}
	}
	t.Fatalf("%s has no section of %s", document, name)
	return section{}
}
