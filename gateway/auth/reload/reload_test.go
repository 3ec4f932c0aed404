package reload_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/gateway/auth/reload"
)

var options = reload.Options{What: "the word", Every: time.Minute, Retry: 10 * time.Second, Pause: 5 * time.Second}

// source is what is read; its reads are counted.
type source struct {
	text  atomic.Pointer[string] // nil fails
	reads atomic.Int64
	takes time.Duration
}

func (s *source) set(text string) { s.text.Store(&text) }

func (s *source) read(ctx context.Context) ([]byte, error) {
	s.reads.Add(1)
	select {
	case <-time.After(s.takes):
	case <-ctx.Done():
	}
	if text := s.text.Load(); text != nil {
		return []byte(*text), nil
	}
	return nil, errors.New("nobody answers")
}

func word(data []byte) (string, error) {
	switch string(data) {
	case "bad":
		return "", errors.New("no word")
	case "panic":
		panic("unheard of")
	}
	return string(data), nil
}

// run runs a Value in a bubble.
func run(t *testing.T, s *source, play func(t *testing.T, v *reload.Value[string], log *bytes.Buffer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		log := &bytes.Buffer{}
		v := reload.New(options, s.read, word, slog.New(slog.NewTextHandler(log, nil)))
		ctx, end := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- v.Run(ctx) }()
		synctest.Wait()
		play(t, v, log)
		end()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// pass lets virtual time pass, and what is due then happen.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func is(t *testing.T, v *reload.Value[string], want string) {
	t.Helper()
	if got, ok := v.Current(); got != want || ok != (want != "") {
		t.Errorf("the value is %q, %v, want %q", got, ok, want)
	}
}

func TestAValueFollowsItsSource(t *testing.T) {
	var s source
	s.set("first")
	run(t, &s, func(t *testing.T, v *reload.Value[string], _ *bytes.Buffer) {
		is(t, v, "first")
		s.set("second")
		pass(options.Every - 1)
		is(t, v, "first")
		pass(1)
		is(t, v, "second")
	})
}

func TestTheLastGoodValueStays(t *testing.T) {
	var s source
	s.set("good")
	run(t, &s, func(t *testing.T, v *reload.Value[string], log *bytes.Buffer) {
		for _, spoil := range []func(){func() { s.text.Store(nil) }, func() { s.set("bad") }, func() { s.set("panic") }} {
			spoil()
			pass(options.Every)
			is(t, v, "good")
		}
		for _, said := range []string{"nobody answers", "no word", "unheard of"} {
			if !strings.Contains(log.String(), said) {
				t.Errorf("the log lacks %q: %s", said, log)
			}
		}
		s.set("better")
		pass(options.Retry)
		is(t, v, "better")
	})
}

func TestASourceThatIsDownIsTriedAgainAndToldOnce(t *testing.T) {
	var s source
	run(t, &s, func(t *testing.T, v *reload.Value[string], log *bytes.Buffer) {
		pass(5*options.Retry + 1)
		is(t, v, "")
		if lines := strings.Count(log.String(), "\n"); lines != 1 || !strings.Contains(log.String(), "there is none yet") {
			t.Errorf("%d lines: %s", lines, log)
		}
		if reads := s.reads.Load(); reads != 6 {
			t.Errorf("read %d times", reads)
		}
	})
}

func TestWhoCannotWaitIsReadForAtOnceAndNotMoreOftenThanAllowed(t *testing.T) {
	s := source{takes: time.Second}
	s.set("first")
	run(t, &s, func(t *testing.T, v *reload.Value[string], _ *bytes.Buffer) {
		v.Hurry(t.Context()) // the first read is under way
		is(t, v, "first")
		s.set("second")
		began := time.Now()
		v.Hurry(t.Context())
		if is(t, v, "first"); time.Since(began) > 0 {
			t.Error("waited for a read that is not allowed yet")
		}
		pass(options.Pause)
		ended := make(chan struct{})
		for range 10 {
			go func() {
				v.Hurry(t.Context())
				is(t, v, "second")
				ended <- struct{}{}
			}()
		}
		for range 10 {
			<-ended
		}
		if reads := s.reads.Load(); reads != 2 {
			t.Errorf("read %d times", reads)
		}
		pass(options.Pause)
		impatient, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		began = time.Now()
		if v.Hurry(impatient); time.Since(began) != time.Millisecond {
			t.Errorf("waited %s", time.Since(began))
		}
	})
}

func TestWhatIsLoadedBeforeItRunsIsThereAtOnce(t *testing.T) {
	var s source
	v := reload.New(options, s.read, word, slog.New(slog.DiscardHandler))
	if err := v.Load(t.Context()); err == nil {
		t.Error("nobody answers, and that is no error")
	}
	s.set("good")
	if err := v.Load(t.Context()); err != nil {
		t.Error(err)
	}
	is(t, v, "good")
}
