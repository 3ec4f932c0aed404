package archive_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/libs/store/archive"
)

var manifest = archive.Manifest{
	Created: time.Unix(1480000000, 0).UTC(), Version: "test", Store: "bbolt", Set: "A",
	Sections: []archive.Section{{Name: "counter", Format: 1}, {Name: "room", Format: 3}, {Name: "stream", Format: 2}},
}

type record struct {
	Name string `json:"name"`
}

// written returns an archive of so many records in each section but the second.
func written(t *testing.T, records int) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := archive.NewWriter(&file, manifest)
	fails(t, err)
	for i := range manifest.Sections {
		fails(t, w.Begin())
		for j := range records {
			if i != 1 {
				fails(t, w.Put(record{fmt.Sprintf("%d-%d <&>\n\x00= room", i, j*7919)}))
			}
		}
	}
	w.Damaged()
	sums, err := w.Close()
	fails(t, err)
	if sums.Records() != int64(2*records) || sums.Damaged != 1 {
		t.Fatalf("the sums are %+v", sums)
	}
	return file.Bytes()
}

func open(t *testing.T, content []byte) (*archive.Archive, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	fails(t, os.WriteFile(path, content, 0o600))
	a, err := archive.Open(path)
	if err == nil {
		t.Cleanup(func() { fails(t, a.Close()) })
	} else if !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
		t.Errorf("the error is not one line that names the file: %q", err)
	}
	return a, err
}

func fails(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsWrittenIsReadInItsOrder(t *testing.T) {
	a, err := open(t, written(t, 300))
	fails(t, err)
	var got []string
	fails(t, a.Records(func(section string, line []byte) error {
		got = append(got, section+" "+string(line))
		return nil
	}))
	if len(got) != 600 || got[1] != `counter {"name":"0-7919 <&>\n\u0000= room"}`+"\n" || got[300] != `stream {"name":"2-0 <&>\n\u0000= room"}`+"\n" {
		t.Errorf("%d records, such as %q and %q", len(got), got[1], got[300])
	}
	if !slices.Equal(a.Manifest.Sections, manifest.Sections) || !a.Manifest.Created.Equal(manifest.Created) || a.Sums.Damaged != 1 {
		t.Errorf("read %+v, %+v", a.Manifest, a.Sums)
	}
}

func TestAByteThatIsAnotherOneIsNoticedWhereverItIs(t *testing.T) {
	whole := written(t, 40)
	for at := range whole {
		for _, flip := range []byte{0x01, 0x80, 0xff} {
			spoilt := bytes.Clone(whole)
			spoilt[at] ^= flip
			if _, err := open(t, spoilt); err == nil {
				t.Fatalf("byte %d of %d ^ %#x is not noticed", at, len(whole), flip)
			}
		}
	}
}

func TestAnArchiveThatEndsTooEarlyOrTooLateIsNoticed(t *testing.T) {
	whole := written(t, 40)
	for end := range whole {
		if _, err := open(t, whole[:end]); err == nil {
			t.Fatalf("%d bytes of %d are taken for an archive", end, len(whole))
		}
	}
	for _, more := range []string{"\n", "x", "}\n", string(whole)} {
		if _, err := open(t, append(bytes.Clone(whole), more...)); err == nil {
			t.Errorf("%q behind the end is not noticed", more)
		}
	}
}

func TestTheErrorSaysWhatIsWrong(t *testing.T) {
	whole := written(t, 40)
	for name, test := range map[string]struct {
		content []byte
		want    string
	}{
		"another file":  {[]byte("SQLite format 3\x00\n\n"), "is no backup of xiaozhibo"},
		"a long line":   {bytes.Repeat([]byte("x"), 1<<20), "is no backup of xiaozhibo"},
		"a newer one":   {bytes.Replace(whole, []byte("backup 1\n"), []byte("backup 2\n"), 1), "newer than the 1 that this version knows"},
		"an empty file": {nil, "ends too early"},
		"a half":        {whole[:len(whole)/2], "ends too early"},
	} {
		if _, err := open(t, test.content); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

func TestASectionMustNotBeMissing(t *testing.T) {
	w, err := archive.NewWriter(new(bytes.Buffer), manifest)
	fails(t, err)
	fails(t, w.Begin())
	if _, err := w.Close(); err == nil {
		t.Error("an archive of one section of three is finished")
	}
}

// A few bytes may be unpacked to a record of any length.
func TestARecordThatIsTooLongIsRefusedBeforeItIsInMemory(t *testing.T) {
	defer archive.SetMaxRecord(1 << 20)()
	for length, refused := range map[int]bool{900_000: false, 2_000_000: true} {
		var file bytes.Buffer
		w, err := archive.NewWriter(&file, manifest)
		fails(t, err)
		for range manifest.Sections {
			fails(t, w.Begin())
		}
		fails(t, w.Put(record{strings.Repeat("x", length)}))
		_, err = w.Close()
		fails(t, err)
		if _, err := open(t, file.Bytes()); (err != nil) != refused || refused && !strings.Contains(err.Error(), "longer than 1 MiB") {
			t.Errorf("%d bytes, %d unpacked: %v", file.Len(), length, err)
		}
	}
}
