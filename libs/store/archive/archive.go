// Package archive is the file that a backup is. It begins with two lines, goes on
// with the records of the services, compressed, and ends with two lines of sums:
//
//	xiaozhibo backup 1
//	{"created":"2026-03-01T10:00:00Z","version":"0.2.0","store":"bbolt","sections":[{"name":"counter","format":1}]}
//	Zstandard: "= counter", then a record as JSON in each line; then the next section
//	{"sections":[{"name":"counter","records":2,"sha256":"…"}],"damaged":0}
//	sha256 …
//
// The sum in the last line is of all before it, so that no byte can change unseen.
package archive

import (
	"crypto/sha256"
	"strings"
	"time"
)

const (
	title = "xiaozhibo backup "
	// Format is of the file as a whole. The format of the records is each service's own.
	Format = 1

	// maxLine bounds the second and the last line, so that foreign files are read no
	// further than needed.
	maxLine = 64 << 10

	sectionMark = "= "

	sumMark = "sha256 "
	sumSize = len(sumMark) + 2*sha256.Size + len("\n") // of the last line
)

// Manifest says what an archive is. It is in its second line, for people too.
type Manifest struct {
	Created  time.Time `json:"created"`
	Version  string    `json:"version"`       // of the program
	Store    string    `json:"store"`         // what the records were kept in: bbolt, redis
	Set      string    `json:"set,omitempty"` // the id of the data folder
	Sections []Section `json:"sections"`      // in the order they come in
}

// Section is what one service has in an archive.
type Section struct {
	Name   string `json:"name"`
	Format int    `json:"format"` // of its records
}

// Sums are the last line but one.
type Sums struct {
	Sections []SectionSum `json:"sections"`
	Damaged  int64        `json:"damaged"` // records that could not be read, and are not in the archive
	SHA256   string       `json:"-"`       // hexadecimal, of all before the last line, which it is in
}

// SectionSum is the sum of a section's lines.
type SectionSum struct {
	Name    string `json:"name"`
	Records int64  `json:"records"`
	SHA256  string `json:"sha256"`
}

// Records counts those of all sections.
func (s Sums) Records() (all int64) {
	for _, section := range s.Sections {
		all += section.Records
	}
	return all
}

// Names are those of the sections, for people.
func (m Manifest) Names() string {
	names := make([]string, len(m.Sections))
	for i, section := range m.Sections {
		names[i] = section.Name
	}
	return strings.Join(names, ", ")
}
