package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/klauspost/compress/zstd"
)

// window is how far the compression looks back, and about a quarter of the memory it takes.
const window = 1 << 20

// Writer writes an archive, from its beginning to its end.
type Writer struct {
	sum     hash.Hash // of all that was written
	plain   io.Writer // writes to the archive as it is
	packed  *zstd.Encoder
	records *json.Encoder // writes to section, and so to packed

	manifest Manifest
	sums     Sums
	section  hash.Hash
	count    int64
}

// NewWriter writes the beginning of an archive. The sections of the manifest must
// follow in their order.
func NewWriter(w io.Writer, manifest Manifest) (*Writer, error) {
	sum := sha256.New()
	a := &Writer{sum: sum, plain: io.MultiWriter(w, sum), manifest: manifest}
	line, err := json.Marshal(manifest)
	if err != nil {
		return nil, fmt.Errorf("encode the manifest: %w", err)
	}
	if _, err := fmt.Fprintf(a.plain, "%s%d\n%s\n", title, Format, line); err != nil {
		return nil, err
	}
	// One at a time: what a backup takes is taken from those who wait for a reply.
	a.packed, err = zstd.NewWriter(a.plain, zstd.WithWindowSize(window), zstd.WithEncoderConcurrency(1))
	return a, err
}

// Begin begins the next section.
func (a *Writer) Begin() error {
	a.end()
	begun := a.manifest.Sections[len(a.sums.Sections)]
	if _, err := io.WriteString(a.packed, sectionMark+begun.Name+"\n"); err != nil {
		return err
	}
	a.sums.Sections = append(a.sums.Sections, SectionSum{Name: begun.Name})
	a.section, a.count = sha256.New(), 0
	a.records = json.NewEncoder(io.MultiWriter(a.packed, a.section))
	a.records.SetEscapeHTML(false) // the & of a URL would take six bytes
	return nil
}

// end notes the sum of the section that was begun last.
func (a *Writer) end() {
	if last := len(a.sums.Sections) - 1; last >= 0 {
		a.sums.Sections[last].Records, a.sums.Sections[last].SHA256 = a.count, hexSum(a.section)
	}
}

// Put adds a record to the section that was begun last.
func (a *Writer) Put(record any) error {
	a.count++
	return a.records.Encode(record)
}

// Damaged notes that a record could not be read.
func (a *Writer) Damaged() { a.sums.Damaged++ }

// Close writes the end, without which an archive is none.
func (a *Writer) Close() (Sums, error) {
	a.end()
	if len(a.sums.Sections) != len(a.manifest.Sections) {
		return a.sums, errors.Join(errors.New("a section is missing"), a.packed.Close())
	}
	if err := a.packed.Close(); err != nil {
		return a.sums, err
	}
	line, err := json.Marshal(a.sums)
	if err != nil {
		return a.sums, fmt.Errorf("encode the sums: %w", err)
	}
	if _, err := fmt.Fprintf(a.plain, "\n%s\n", line); err != nil {
		return a.sums, err
	}
	a.sums.SHA256 = hexSum(a.sum)
	_, err = fmt.Fprintf(a.plain, "%s%s\n", sumMark, a.sums.SHA256)
	return a.sums, err
}

// Abandon frees what an archive that cannot be finished takes.
func (a *Writer) Abandon() { _ = a.packed.Close() } // what it says has been said before

func hexSum(sum hash.Hash) string { return hex.EncodeToString(sum.Sum(nil)) }
