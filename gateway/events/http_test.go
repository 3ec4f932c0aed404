package events_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/auth/authtest"
	"xiaozhibo.dev/gateway/events"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/config"
)

func TestOnlyTheListIsAnsweredAndOnlyToGET(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		c := w.serve(t, settings())
		defer c.stop()
		for _, test := range []struct {
			method, path string
			status       int
		}{
			{http.MethodGet, "/", 404}, {http.MethodGet, "/events/", 404}, {http.MethodGet, "/Events", 404},
			{http.MethodGet, "//events", 404}, {http.MethodGet, "/events/../events", 404}, {http.MethodPost, "/interface.php", 404},
			{http.MethodPost, "/events", 405}, {http.MethodPut, "/events", 405}, {"NONSENSE", "/events", 405},
			{http.MethodOptions, "/events", 204}, {http.MethodHead, "/events", 200}, {http.MethodHead, "/events?flag=4", 400},
			{http.MethodGet, "/events?flag=0", 400}, {http.MethodGet, "/events?flag=x", 400}, {http.MethodGet, "/events?flag=4", 400},
		} {
			resp := c.ask(t, test.method, test.path)
			body, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if resp.StatusCode != test.status || (len(body) > 0) != (test.status >= 400 && test.method != http.MethodHead) {
				t.Errorf("%s %s: %d %s, want %d", test.method, test.path, resp.StatusCode, body, test.status)
			}
			if test.status == 405 && resp.Header.Get("Allow") == "" {
				t.Errorf("%s %s: nothing is said to be allowed", test.method, test.path)
			}
		}
		if n := w.reads.Load(); n != 0 {
			t.Errorf("the log was read %d times", n)
		}
	})
}

func TestNothingOnTheWayMayKeepOrCollectEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newWorld().serve(t, settings())
		defer c.stop()
		s := c.read(t, "", "")
		defer s.close()
		for name, want := range map[string]string{
			"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no",
			"Access-Control-Allow-Origin": "", "Content-Encoding": "",
		} {
			if got := s.resp.Header.Get(name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
	})
}

func TestPagesOfConfiguredOriginsAloneMayRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const ours = "https://share.example.com"
		c := newWorld().serve(t, settings(), func(o *events.Options) { o.Origins = []string{ours} })
		defer c.stop()
		for origin, want := range map[string]string{ours: ours, "https://evil.example.com": "", "null": "", "*": "", "": ""} {
			for _, method := range []string{http.MethodOptions, http.MethodHead, http.MethodPost} {
				resp := c.ask(t, method, "/events", "Origin", origin)
				if got := resp.Header.Get("Access-Control-Allow-Origin"); got != want || resp.Header.Get("Vary") != "Origin" {
					t.Errorf("%s from %q is granted %q, Vary %q", method, origin, got, resp.Header.Get("Vary"))
				}
				if granted := resp.Header.Get("Access-Control-Allow-Headers") != ""; granted != (want != "" && method == http.MethodOptions) {
					t.Errorf("%s from %q: headers granted: %v", method, origin, granted)
				}
				resp.Body.Close()
			}
		}
	})
}

func TestReadersAreBoundedInAllAndByAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newWorld().serve(t, events.Config{MaxReaders: 3, MaxReadersPerAddress: 2, Rows: 10}, func(o *events.Options) {
			o.Proxies = []string{"192.0.2.0/24"}
		})
		defer c.stop()
		refused := func(address string, status int) {
			t.Helper()
			resp := c.ask(t, http.MethodGet, "/events", "X-Forwarded-For", address)
			defer resp.Body.Close()
			if resp.StatusCode != status || (status != 200) != (resp.Header.Get("Retry-After") != "") {
				t.Errorf("%s is answered %d, Retry-After %q; want %d", address, resp.StatusCode, resp.Header.Get("Retry-After"), status)
			}
		}
		from := func(address string) *http.Response {
			return c.ask(t, http.MethodGet, "/events", "X-Forwarded-For", address)
		}
		first, second := from("203.0.113.1"), from("203.0.113.1")
		refused("203.0.113.1", http.StatusTooManyRequests)
		third := from("203.0.113.2")
		refused("203.0.113.3", http.StatusServiceUnavailable)
		first.Body.Close()
		pass(time.Minute) // it is noticed
		refused("203.0.113.1", http.StatusOK)
		second.Body.Close()
		third.Body.Close()
	})
}

func TestProofIsAskedForAsFetchListDoes(t *testing.T) {
	for _, reads := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			gate, err := auth.New(auth.Config{Mode: auth.Require, JWT: auth.JWTConfig{Key: config.Secret{Value: authtest.Secret}}, Reads: reads}, time.Now, scope())
			if err != nil {
				t.Fatal(err)
			}
			c := newWorld().serve(t, settings(), func(o *events.Options) { o.Gate = gate })
			defer c.stop()
			good := authtest.HS256(t, authtest.Claims("tom", time.Now()))
			for _, test := range []struct {
				query, header string
				status        int
			}{
				{"", "", 401}, {"", "Bearer " + good, 200}, {"?token=" + good, "", 200}, {"?token=" + good, "Bearer x", 401},
				{"?token=%22%7D", "", 401}, {"?token=%FF", "", 401}, {"?token=" + good + "x", "", 401},
			} {
				want := test.status
				if !reads {
					want = 200
				}
				resp := c.ask(t, http.MethodGet, "/events"+test.query, "Authorization", test.header)
				if resp.StatusCode != want {
					t.Errorf("reads %v: %+v is answered %d", reads, test, resp.StatusCode)
				}
				resp.Body.Close()
			}
		})
	}
}

func TestASilentStreamHasHeartbeatsThatSayWhatIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		c := w.serve(t, settings())
		defer c.stop()
		s := c.read(t, "?flag=1", "")
		defer s.close()
		s.wantAll("0")
		ended := make(chan struct{})
		go func() { defer close(ended); s.next() }()
		id := w.record("tom", "r1", "http://v/r1.flv") // of another list than is read
		pass(time.Minute + time.Second)
		s.close()
		<-ended
		if s.beats != 4 || s.lastID != text(id) {
			t.Errorf("%d heartbeats, the id is %q", s.beats, s.lastID)
		}
	})
}

func TestASlowReaderIsCutAndHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		c := w.serve(t, settings())
		defer c.stop()
		slow, quick := c.read(t, "", ""), c.read(t, "", "")
		defer slow.close()
		defer quick.close()
		quick.wantAll("0")
		for range 100 { // 50 s in which the slow one reads nothing
			id := w.goLive("tom", strings.Repeat("t", 500))
			if m := quick.change(); m.id != text(id) {
				t.Fatalf("told %+v, want the id %d", m, id)
			}
			pass(500 * time.Millisecond)
		}
		for slow.next() != (message{}) { // what was under way
		}
		if id := w.leave("tom", streams.ByClient); quick.change().id != text(id) {
			t.Error("the quick one was cut too")
		}
	})
}

func TestReadersAreSentToAnotherCopyWhenThisOneEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newWorld().serve(t, settings())
		readers := make([]*stream, 20)
		for i := range readers {
			readers[i] = c.read(t, "", "")
			readers[i].wantAll("0")
		}
		began := time.Now()
		ended := make(chan struct{})
		go func() { defer close(ended); c.stop() }()
		pauses := map[string]bool{}
		for _, s := range readers {
			if m := s.next(); m != (message{}) || s.said != "this server ends" {
				t.Errorf("told %+v, %q", m, s.said)
			}
			pauses[s.retry] = true
		}
		if len(pauses) < 10 {
			t.Errorf("all connect again at once: pauses %v", pauses)
		}
		<-ended
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestAReaderConnectsAgainAboutEveryHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newWorld().serve(t, settings())
		defer c.stop()
		s := c.read(t, "", "")
		defer s.close()
		began := time.Now()
		for s.next() != (message{}) {
		}
		if age := time.Since(began); age < 54*time.Minute || age > 66*time.Minute || s.said != "time to connect again" {
			t.Errorf("cut after %v: %q", age, s.said)
		}
	})
}

func TestAReaderWhoCanBeToldNothingIsToldToComeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.down = true
		c := w.serve(t, settings())
		defer c.stop()
		resp := c.ask(t, http.MethodGet, "/events")
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
			t.Errorf("answered %d", resp.StatusCode)
		}
	})
}

func TestConnectionsWithoutARequestAreBoundedToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := newPipes()
		limited := events.Bounded(listener, 2)
		accepted := make(chan io.Closer, 3)
		go func() {
			defer close(accepted)
			for {
				conn, err := limited.Accept()
				if err != nil {
					return
				}
				accepted <- conn
			}
		}()
		for range 3 {
			if _, err := listener.dial(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if len(accepted) != 2 {
			t.Errorf("%d were accepted, want 2", len(accepted))
		}
		(<-accepted).Close()
		if _, err := listener.dial(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if len(accepted) != 2 {
			t.Error("none is accepted for one that has ended")
		}
		listener.Close()
		for conn := range accepted {
			conn.Close()
		}
	})
}

// Operators have shown their secret already, and see the list also when clients have taken all seats.
func TestAPrivateReaderShowsNoProofAndTakesNoSeatOfClients(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate, err := auth.New(auth.Config{Mode: auth.Require, JWT: auth.JWTConfig{Key: config.Secret{Value: authtest.Secret}}, Reads: true}, time.Now, scope())
		if err != nil {
			t.Fatal(err)
		}
		w := newWorld()
		w.goLive("tom", "Tom")
		c := w.serve(t, events.Config{MaxReaders: 1, Rows: 10}, func(o *events.Options) { o.Gate = gate })
		defer c.stop()
		client := c.ask(t, http.MethodGet, "/events?token="+authtest.HS256(t, authtest.Claims("ann", time.Now())), "", "")
		defer client.Body.Close()

		private := newPipes()
		server := &http.Server{Handler: c.server.Private()}
		var work sync.WaitGroup
		work.Go(func() { _ = server.Serve(private) })
		defer work.Wait()
		defer server.Close()
		transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return private.dial(ctx) }}
		s := (&copyOf{base: "http://admin", client: &http.Client{Transport: transport}}).read(t, "?flag=1", "")
		defer s.close()
		s.want("reset", "", `{"reason":"new"}`)
		s.want("snapshot", "1", `"userid":"tom"`)
		id := w.goLive("ann", "Ann")
		s.want("listed", text(id), `"userid":"ann"`)
	})
}
