package archive

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// maxWindow bounds the memory that reading takes, whatever a file asks for.
const maxWindow = 64 << 20

// maxRecord bounds a record, in bytes: all recordings of a user are in one. A file that has
// been made so that a longer one comes out of a few bytes is refused.
var maxRecord = 512 << 20

// Archive is a file that has been read to its end, and is whole.
type Archive struct {
	Manifest Manifest
	Sums     Sums

	file       *os.File
	size       int64
	begin, end int64 // of what is compressed
}

// Open reads a file to its end. One that is not an archive, or a newer one, or not as
// it was written, is an error that names it.
func Open(path string) (*Archive, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	a := &Archive{file: file}
	if err := a.check(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s %w", path, err), file.Close())
	}
	return a, nil
}

// Size is that of the file in bytes.
func (a *Archive) Size() int64 { return a.size }

// Close closes the file.
func (a *Archive) Close() error { return a.file.Close() }

func (a *Archive) check() error {
	if err := a.readBeginning(); err != nil {
		return err
	}
	if err := a.readSums(); err != nil {
		return err
	}
	found := make([]SectionSum, 0, len(a.Manifest.Sections))
	sum := sha256.New()
	err := a.lines(func(section int, line []byte) error {
		if section == len(found) {
			if section > 0 {
				found[section-1].SHA256 = hexSum(sum)
			}
			found = append(found, SectionSum{Name: a.Manifest.Sections[section].Name})
			sum.Reset()
		}
		if line != nil {
			found[section].Records++
			_, _ = sum.Write(line)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("is damaged: %w", err)
	}
	if last := len(found) - 1; last >= 0 {
		found[last].SHA256 = hexSum(sum)
	}
	if len(found) != len(a.Manifest.Sections) || len(found) != len(a.Sums.Sections) {
		return errors.New("is damaged: a section is missing")
	}
	for i, section := range found {
		if section != a.Sums.Sections[i] {
			return fmt.Errorf("is damaged: the sum of %s is another one", section.Name)
		}
	}
	return nil
}

func (a *Archive) readBeginning() error {
	beginning := bufio.NewReaderSize(io.NewSectionReader(a.file, 0, 2*maxLine), 2*maxLine)
	first, err := beginning.ReadSlice('\n')
	text, is := strings.CutPrefix(string(first), title)
	format, notNumber := strconv.Atoi(strings.TrimSuffix(text, "\n"))
	switch {
	case errors.Is(err, io.EOF) && strings.HasPrefix(title, string(first)):
		return errors.New("ends too early: it is no whole backup")
	case err != nil || !is || notNumber != nil || format < 1:
		return errors.New("is no backup of xiaozhibo, or its beginning is damaged")
	case format > Format:
		return fmt.Errorf("is a backup of format %d, newer than the %d that this version knows: restore it with the version that made it", format, Format)
	}
	second, err := beginning.ReadSlice('\n')
	if errors.Is(err, io.EOF) {
		return errors.New("ends too early: it is no whole backup")
	}
	if err != nil || json.Unmarshal(second, &a.Manifest) != nil {
		return errors.New("is damaged: its second line cannot be read")
	}
	a.begin = int64(len(text)+len(title)) + int64(len(second))
	return nil
}

// readSums reads the last two lines, and the whole file against its sum.
func (a *Archive) readSums() error {
	info, err := a.file.Stat()
	if err != nil {
		return err
	}
	a.size = info.Size()
	ends := a.size - int64(sumSize) // of what the sum is of
	tail := make([]byte, min(maxLine+int64(sumSize), info.Size()-a.begin))
	if _, err := a.file.ReadAt(tail, info.Size()-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	last := tail[max(0, len(tail)-sumSize):]
	if len(last) < sumSize || !bytes.HasPrefix(last, []byte(sumMark)) || last[sumSize-1] != '\n' {
		return errors.New("is damaged or ends too early: it has no sum at its end")
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(a.file, 0, ends)); err != nil {
		return err
	}
	if a.Sums.SHA256 = hexSum(sum); a.Sums.SHA256 != string(last[len(sumMark):sumSize-1]) {
		return errors.New("is damaged: its sum is another one")
	}
	tail = tail[:len(tail)-sumSize]
	line := bytes.LastIndexByte(bytes.TrimSuffix(tail, []byte("\n")), '\n') + 1
	if line == 0 || json.Unmarshal(tail[line:], &a.Sums) != nil {
		return errors.New("is damaged: its sums cannot be read")
	}
	a.end = ends - int64(len(tail)-line) - 1
	return nil
}

// Records calls each with every record, as JSON, and the name of its section. The
// record is the caller's to keep.
func (a *Archive) Records(each func(section string, record []byte) error) error {
	return a.lines(func(section int, line []byte) error {
		if line == nil {
			return nil
		}
		return each(a.Manifest.Sections[section].Name, line)
	})
}

// lines calls each with every line of each section, and with nil at its beginning.
func (a *Archive) lines(each func(section int, line []byte) error) error {
	unpacked, err := zstd.NewReader(io.NewSectionReader(a.file, a.begin, a.end-a.begin),
		zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return err
	}
	defer unpacked.Close()
	lines := bufio.NewReaderSize(unpacked, 64<<10)
	section := -1
	for {
		line, err := readLine(lines)
		switch {
		case errors.Is(err, io.EOF) && len(line) == 0:
			return nil
		case errors.Is(err, io.EOF):
			return errors.New("the last record has no end")
		case err != nil:
			return err
		}
		if name, begins := bytes.CutPrefix(line, []byte(sectionMark)); begins {
			section++
			if section >= len(a.Manifest.Sections) || string(name) != a.Manifest.Sections[section].Name+"\n" {
				return errors.New("its sections are not those it names")
			}
			line = nil
		} else if section < 0 {
			return errors.New("it does not begin with a section")
		}
		if err := each(section, line); err != nil {
			return err
		}
	}
}

// readLine is ReadBytes up to the end of a line, with a bound.
func readLine(lines *bufio.Reader) (line []byte, err error) {
	for {
		part, err := lines.ReadSlice('\n')
		if line = append(line, part...); !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
		if len(line) > maxRecord {
			return nil, fmt.Errorf("a record is longer than %d MiB", maxRecord>>20)
		}
	}
}
