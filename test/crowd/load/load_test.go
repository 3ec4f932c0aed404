package load_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"xiaozhibo.dev/test/crowd/audience"
	"xiaozhibo.dev/test/crowd/load"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patient sends a number of requests, one after the other.
type patient struct {
	name  string
	due   time.Duration
	left  int
	heard []audience.Answer
}

func (p *patient) Due() time.Duration { return p.due }

func (p *patient) Act(_ time.Duration, b []byte) (string, []byte) {
	return "Ask", append(b, `{"Action":"Ask"}`...)
}

func (p *patient) Hear(now time.Duration, a audience.Answer) {
	p.heard = append(p.heard, a)
	p.due = now
	if p.left--; p.left == 0 {
		p.due = -1
	}
}

func (p *patient) AppendAddress(b []byte) []byte { return append(b, p.name...) }

// play plays actors against a handler, until all are done.
func play(t *testing.T, handler http.HandlerFunc, change func(*load.Options), actors ...*patient) (*load.Tally, *load.Engine) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	target, err := load.ParseTarget(server.URL + "/interface.php")
	if err != nil {
		t.Fatal(err)
	}
	o := load.Options{Target: target, Connections: 2, Seed: 1}
	if change != nil {
		change(&o)
	}
	e := load.NewEngine(o)
	t.Cleanup(e.Close)
	for _, a := range actors {
		e.Add(a)
	}
	if err := e.Play(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	tally := e.Counted()
	return tally, e
}

const ok = `{"returnValue":0,"returnMsg":"","returnData":{}}`

func TestEverybodyActsAndHearsTheAnswer(t *testing.T) {
	actors := []*patient{{name: "192.0.2.1", left: 30}, {name: "192.0.2.2", left: 20}, {name: "192.0.2.3", due: -1}}
	var first, second atomic.Int64
	tally, e := play(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if r.Method != http.MethodPost || r.URL.Path != "/interface.php" || string(body) != `{"Action":"Ask"}` || err != nil {
			t.Errorf("%s %s %s, %v", r.Method, r.URL, body, err)
		}
		switch r.Header.Get("X-Forwarded-For") {
		case "192.0.2.1":
			first.Add(1)
			fmt.Fprint(w, ok)
		case "192.0.2.2":
			second.Add(1)
			fmt.Fprint(w, `{"returnValue":4003,"returnMsg":"","returnData":{}}`)
		}
	}, nil, actors...)
	for i, want := range []audience.Answer{{Heard: true}, {Heard: true, Value: 4003}} {
		for _, got := range actors[i].heard {
			if got != want {
				t.Errorf("%s heard %+v, want %+v", actors[i].name, got, want)
			}
		}
	}
	count := tally.Actions["Ask"]
	if first.Load() != 30 || second.Load() != 20 || count.Requests != 50 || count.Values[0] != 30 || count.Values[4003] != 20 || count.Unanswered != 0 {
		t.Errorf("%d and %d came, %+v", first.Load(), second.Load(), count)
	}
	if count.Received != 30*int64(len(ok))+20*int64(len(ok)+3) || count.Sent != 50*16 || tally.Received <= count.Received || tally.Sent <= count.Sent {
		t.Errorf("bytes %d and %d, with headers %d and %d", count.Sent, count.Received, tally.Sent, tally.Received)
	}
	if e.Busiest() < 1 || e.Busiest() > 50 {
		t.Errorf("%d in the busiest second", e.Busiest())
	}
}

func TestWhatIsCompressedIsReadAsFarAsItMust(t *testing.T) {
	a := &patient{name: "192.0.2.1", left: 3}
	play(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "gzip" {
			t.Errorf("it asks for %q", r.Header.Get("Accept-Encoding"))
		}
		w.Header().Set("Content-Encoding", "gzip")
		zipped := gzip.NewWriter(w)
		fmt.Fprint(zipped, `{"returnValue":2003,"returnMsg":"no such room","returnData":{}}`)
		zipped.Close()
	}, func(o *load.Options) { o.Gzip = 1 }, a)
	if len(a.heard) != 3 || a.heard[2] != (audience.Answer{Heard: true, Value: 2003}) {
		t.Errorf("heard %+v", a.heard)
	}
}

func TestARequestWithoutAReplyIsSentAgainOnce(t *testing.T) {
	for name, test := range map[string]struct {
		failing int64
		fails   func(http.ResponseWriter)
		want    audience.Answer
	}{
		"hung up once":  {1, hangUp, audience.Answer{Heard: true, Lost: 1}},
		"hung up twice": {2, hangUp, audience.Answer{Lost: 1}},
		"a proxy's 502": {2, func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) }, audience.Answer{Lost: 1}},
		"no envelope":   {2, func(w http.ResponseWriter) { fmt.Fprint(w, `{"code":0}`) }, audience.Answer{Lost: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			a := &patient{name: "192.0.2.1", left: 1}
			var came atomic.Int64
			tally, _ := play(t, func(w http.ResponseWriter, _ *http.Request) {
				if came.Add(1) <= test.failing {
					test.fails(w)
					return
				}
				fmt.Fprint(w, ok)
			}, nil, a)
			if len(a.heard) != 1 || a.heard[0] != test.want || came.Load() != 2 || tally.Resent != 1 {
				t.Errorf("%d came, heard %+v, want %+v", came.Load(), a.heard, test.want)
			}
			if lost := tally.Actions["Ask"].Unanswered; (lost == 0) != test.want.Heard {
				t.Errorf("%d without an answer", lost)
			}
		})
	}
}

// hangUp closes the connection in place of a reply.
func hangUp(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
}

func TestAKeptConnectionThatTheServerClosesIsReplaced(t *testing.T) {
	a := &patient{name: "192.0.2.1", left: 2}
	var came atomic.Int64
	tally, _ := play(t, func(w http.ResponseWriter, _ *http.Request) {
		if came.Add(1) == 2 {
			hangUp(w)
			return
		}
		fmt.Fprint(w, ok)
	}, func(o *load.Options) { o.Connections = 1 }, a)
	if len(a.heard) != 2 || a.heard[1] != (audience.Answer{Heard: true, Lost: 1}) || tally.Resent != 0 {
		t.Errorf("heard %+v, resent %d: the second may have come twice", a.heard, tally.Resent)
	}
}

func TestAShareOfTheRequestsHasConnectionsOfTheirOwn(t *testing.T) {
	a := &patient{name: "192.0.2.1", left: 40}
	var closing atomic.Int64
	tally, _ := play(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Close {
			closing.Add(1)
		}
		fmt.Fprint(w, ok)
	}, func(o *load.Options) { o.Fresh = 0.5 }, a)
	if tally.Fresh != closing.Load() || tally.Fresh < 4 || tally.Fresh > 36 || len(a.heard) != 40 || tally.Actions["Ask"].Values[0] != 40 {
		t.Errorf("%d of 40 on connections of their own, the server saw %d; heard %d", tally.Fresh, closing.Load(), len(a.heard))
	}
}

func TestLatencyIsCountedFromWhenARequestWasDue(t *testing.T) {
	const each = 30 * time.Millisecond
	actors := []*patient{{name: "192.0.2.1", left: 1}, {name: "192.0.2.2", left: 1}, {name: "192.0.2.3", left: 1}}
	tally, _ := play(t, func(w http.ResponseWriter, _ *http.Request) {
		<-time.After(each)
		fmt.Fprint(w, ok)
	}, func(o *load.Options) { o.Connections = 1 }, actors...)
	if most := tally.Actions["Ask"].Latency.Most(); most < 3*each {
		t.Errorf("the last of three on one connection took %v", most)
	}
	if most := tally.Wait.Most(); most < 2*each {
		t.Errorf("it waited %v for the connection", most)
	}
}

func TestAPlayEndsWithItsContextAndAtItsTime(t *testing.T) {
	target, err := load.ParseTarget("http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	e := load.NewEngine(load.Options{Target: target, Connections: 1})
	late := &patient{name: "192.0.2.1", left: 1, due: time.Hour}
	e.Add(late)
	if err := e.Play(t.Context(), e.Now()+time.Millisecond); err != nil || len(late.heard) > 0 {
		t.Errorf("%v, heard %v", err, late.heard)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := e.Play(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	e.Clear()
	if err := e.Play(t.Context(), time.Hour); err != nil {
		t.Errorf("nobody is there: %v", err)
	}
}

func TestATargetIsAnHTTPURL(t *testing.T) {
	for _, bad := range []string{"", "localhost:8080", "ftp://x", "http://", ":"} {
		if _, err := load.ParseTarget(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
