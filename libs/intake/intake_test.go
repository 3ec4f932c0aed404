package intake_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"xiaozhibo.dev/libs/intake"
)

const limit = 64 << 10

func TestABodyIsReadWhole(t *testing.T) {
	for _, length := range []int{0, 1, 1023, 1024, 1025, 5000, limit - 1, limit} {
		sent := bytes.Repeat([]byte("x"), length)
		for _, announced := range []int{length, intake.Unknown} {
			budget := intake.NewBudget(1 << 20)
			body, err := budget.Read(iotest.HalfReader(bytes.NewReader(sent)), announced, limit)
			if err != nil || !bytes.Equal(body.Bytes, sent) {
				t.Errorf("%d bytes, announced %d: %d came, %v", length, announced, len(body.Bytes), err)
			}
			body.Release()
			body.Release()
			if budget.Used() != 0 {
				t.Errorf("%d bytes, announced %d: %d are held at the end", length, announced, budget.Used())
			}
		}
	}
}

func TestWhatFollowsABodyIsNotRead(t *testing.T) {
	source := strings.NewReader("bodynext")
	body, err := intake.NewBudget(1<<20).Read(source, 4, limit)
	rest, _ := io.ReadAll(source)
	if err != nil || string(body.Bytes) != "body" || string(rest) != "next" {
		t.Errorf("read %q and left %q, %v", body.Bytes, rest, err)
	}
}

func TestABodyThatIsTooLongIsReadNoFurther(t *testing.T) {
	for _, announced := range []int{limit + 1, 1 << 30, intake.Unknown} {
		budget := intake.NewBudget(1 << 20)
		source := strings.NewReader(strings.Repeat("x", 1<<20))
		body, err := budget.Read(source, announced, limit)
		if read := 1<<20 - source.Len(); !errors.Is(err, intake.ErrTooLong) || read > limit+1 || announced > 0 && read > 0 {
			t.Errorf("announced %d: read %d, %v", announced, read, err)
		}
		if body.Release(); budget.Used() != 0 {
			t.Errorf("%d bytes are held at the end", budget.Used())
		}
	}
}

func TestABodyThatBreaksOffIsAnError(t *testing.T) {
	lost := errors.New("lost")
	for _, test := range []struct {
		source    io.Reader
		announced int
		want      error
	}{
		{strings.NewReader("half"), 8, io.ErrUnexpectedEOF},
		{iotest.ErrReader(lost), 8, lost},
		{io.MultiReader(strings.NewReader("half"), iotest.ErrReader(lost)), intake.Unknown, lost},
	} {
		budget := intake.NewBudget(1 << 20)
		if _, err := budget.Read(test.source, test.announced, limit); !errors.Is(err, test.want) || budget.Used() != 0 {
			t.Errorf("%v, want %v; %d bytes are held", err, test.want, budget.Used())
		}
	}
}

func TestMemoryGrowsWithWhatCame(t *testing.T) {
	budget := intake.NewBudget(1 << 20)
	for _, sent := range []int{0, 100, 5000, 40_000} {
		held := int64(-1)
		stalls := io.MultiReader(strings.NewReader(strings.Repeat("x", sent)), readerFunc(func([]byte) (int, error) {
			held = budget.Used()
			return 0, io.ErrClosedPipe
		}))
		if _, err := budget.Read(stalls, limit, limit); !errors.Is(err, io.ErrClosedPipe) {
			t.Fatal(err)
		}
		if most := int64(2*sent + 1024); held < int64(sent) || held > most {
			t.Errorf("%d bytes came and %d are held, want up to %d", sent, held, most)
		}
	}
}

func TestTheBudgetOfAllBodiesIsKept(t *testing.T) {
	budget := intake.NewBudget(256 << 10)
	var long []intake.Body
	for {
		body, err := budget.Read(strings.NewReader(strings.Repeat("x", limit)), limit, limit)
		if err != nil {
			if !errors.Is(err, intake.ErrBusy) {
				t.Fatal(err)
			}
			break
		}
		long = append(long, body)
	}
	if len(long) == 0 || budget.Used() > 128<<10 {
		t.Errorf("%d long bodies have %d bytes, want half of the budget", len(long), budget.Used())
	}
	for range 20 { // short ones are read all the same
		if _, err := budget.Read(strings.NewReader(strings.Repeat("x", 4000)), 4000, limit); err != nil {
			t.Errorf("a short body: %v", err)
		}
	}
	used := budget.Used()
	for _, body := range long {
		body.Release()
	}
	if freed := used - budget.Used(); freed != int64(len(long)*limit) {
		t.Errorf("%d bytes are free again, want %d", freed, len(long)*limit)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
