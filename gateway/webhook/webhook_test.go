package webhook_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/libs/config"
)

func TestAReceiverIsToldOfSessionsAndRecordings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, r := newOutbox(), &receiver{t: t, secret: first}
		o.begin("before", 1) // before webhooks were configured
		_, stop := run(t, configured(), o, r)
		defer stop()
		pass(time.Second)
		o.begin("tom", 7)
		o.end("tom", 7)
		o.record("tom", "r1")
		pass(2 * time.Second)
		if kinds := r.kinds("tom"); len(kinds) != 3 || slices.Index(kinds, "session.began") > slices.Index(kinds, "session.ended") {
			t.Fatalf("took %v", kinds)
		}
		for _, g := range r.all() {
			want := map[string]string{
				"session.began":   `"data":{"userid":"tom","session":7,"groupid":"g","title":"\u003cTom \u0026 Jerry\u003e 汤姆","stream_id":"8888_tom","begin":1480000000,"resumed":false,`,
				"session.ended":   `"data":{"userid":"tom","session":7,"groupid":"g","title":"T","begin":1480000000,"end":1480000100,"reason":"platform","peakviewers":30,"totalviewers":50,"likecount":7,"recordings":2}}`,
				"recording.ready": `"data":{"userid":"tom","fileid":"r1","title":"T","begin":1480000000,"end":1480000100,"flv_url":"http://v/r1.flv",`,
			}[g.kind]
			if !strings.Contains(g.data, want) || !strings.HasPrefix(g.data, `{"type":"`+g.kind+`","timestamp":"2000-01-01T00:00:0`) {
				t.Errorf("%s: %s", g.kind, g.data)
			}
		}
		if len(r.kinds("before")) != 0 {
			t.Error("told of what was before")
		}
	})
}

func TestBothSecretsOfARotationSign(t *testing.T) {
	for _, knows := range []string{first, second} {
		synctest.Test(t, func(t *testing.T) {
			o, r := newOutbox(), &receiver{t: t, secret: knows}
			c := configured()
			c.Secret = config.Secret{Value: first + "\n" + second}
			_, stop := run(t, c, o, r)
			defer stop()
			pass(time.Second)
			o.begin("tom", 1)
			pass(time.Second)
			if len(r.all()) != 1 {
				t.Errorf("took %v", r.all())
			}
		})
	}
}

func TestAReceiverThatIsDownForAnHourGetsEveryWebhookInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, r := newOutbox(), &receiver{t: t, secret: first}
		_, stop := run(t, configured(), o, r)
		defer stop()
		pass(time.Second)
		r.answers(func(got) (int, http.Header, error) { return 0, nil, errors.New("connection refused") })
		const sessions = 800 // more webhooks than wait at once
		for i := range sessions {
			user := fmt.Sprint("u", i)
			o.begin(user, 1)
			o.end(user, 1)
			pass(time.Hour / sessions)
		}
		r.answers(nil)
		pass(20 * time.Minute)
		if n := len(r.all()); n != 2*sessions {
			t.Fatalf("took %d, want %d", n, 2*sessions)
		}
		ids := map[string]bool{}
		for i := range sessions {
			if kinds := r.kinds(fmt.Sprint("u", i)); !slices.Equal(kinds, []string{"session.began", "session.ended"}) {
				t.Fatalf("u%d: took %v", i, kinds)
			}
		}
		for _, g := range r.all() {
			ids[g.id] = true
		}
		if len(ids) != 2*sessions {
			t.Errorf("%d ids", len(ids))
		}
	})
}

// A process that is killed after a send has not written that it has sent.
func TestAKillBetweenSendAndBookmarkIsARepeatAndNoLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, r := newOutbox(), &receiver{t: t, secret: first}
		_, stop := run(t, configured(), o, r)
		pass(time.Second)
		o.mu.Lock()
		o.deaf = true // whatever it writes from here on is as lost as with kill -9
		o.mu.Unlock()
		for i := range 20 {
			o.begin(fmt.Sprint("u", i), 1)
		}
		pass(5 * time.Second)
		if n := len(r.all()); n != 20 {
			t.Fatalf("took %d", n)
		}
		stop()
		o.mu.Lock()
		o.deaf, o.holder = false, "the killed one"
		o.mu.Unlock()

		_, stop = run(t, configured(), o, r)
		defer stop()
		pass(30 * time.Second)
		times := map[string]int{}
		for _, g := range r.all() {
			times[g.id]++
		}
		if len(times) != 20 || len(r.all()) != 40 {
			t.Errorf("%d webhooks under %d ids, want 20 twice each under the same id", len(r.all()), len(times))
		}
	})
}

func TestOneCopySendsAndAnotherTakesOverWhenItVanishes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, a, b := newOutbox(), &receiver{t: t, secret: first}, &receiver{t: t, secret: first}
		_, stopA := run(t, configured(), o, a)
		pass(time.Second)
		_, stopB := run(t, configured(), o, b)
		defer stopB()
		for i := range 100 {
			o.begin(fmt.Sprint("u", i), 1)
			pass(100 * time.Millisecond)
		}
		pass(time.Second)
		if len(a.all()) != 100 || len(b.all()) != 0 {
			t.Fatalf("one sent %d, the other %d", len(a.all()), len(b.all()))
		}
		stopA()
		o.begin("late", 1)
		pass(5 * time.Second) // the duty was given back
		if len(b.all()) != 1 {
			t.Errorf("the other sent %d", len(b.all()))
		}
	})
}

func TestChangesThatWereGoneAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, r := newOutbox(), &receiver{t: t, secret: first}
		o.begin("before", 1)
		_, stop := run(t, configured(), o, r)
		pass(time.Second)
		stop()
		for i := range 10 {
			o.begin(fmt.Sprint("u", i), 1)
		}
		o.log, o.forgotten = o.log[7:], 7
		sender, stop := run(t, configured(), o, r)
		defer stop()
		pass(10 * time.Second)
		status, err := sender.Status(t.Context())
		if err != nil || status.Missed != 6 || len(r.all()) != 4 {
			t.Errorf("%+v, %v; took %d", status, err, len(r.all()))
		}
	})
}

// The number of a log's first change is a moment: nothing is missing before it.
func TestTheFirstChangeEverFollowsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, r := newOutbox(), &receiver{t: t, secret: first}
		sender, stop := run(t, configured(), o, r)
		defer stop()
		pass(10 * time.Second)
		o.forgotten = time.Now().UnixMilli()
		o.begin("tom", 1)
		pass(10 * time.Second)
		status, err := sender.Status(t.Context())
		if err != nil || status.Missed != 0 || len(r.all()) != 1 {
			t.Errorf("%+v, %v; took %d", status, err, len(r.all()))
		}
	})
}

func TestEveryBadKeyIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*testing.T) (url, secret string, retry time.Duration)
		want   string
	}{
		"no URL":         {func(*testing.T) (string, string, time.Duration) { return "receiver", first, time.Hour }, "webhook_url"},
		"another scheme": {func(*testing.T) (string, string, time.Duration) { return "ftp://h/", first, time.Hour }, "webhook_url"},
		"a password":     {func(*testing.T) (string, string, time.Duration) { return "https://u:p@h/", first, time.Hour }, "webhook_url"},
		"no secret":      {func(*testing.T) (string, string, time.Duration) { return "https://h/", "", time.Hour }, "webhook_secret"},
		"short secret":   {func(*testing.T) (string, string, time.Duration) { return "https://h/", "whsec_c2hvcnQ=", time.Hour }, "webhook_secret"},
		"three secrets": {func(*testing.T) (string, string, time.Duration) {
			return "https://h/", first + "\n" + first + "\n" + first, time.Hour
		}, "webhook_secret"},
		"no time": {func(*testing.T) (string, string, time.Duration) { return "https://h/", first, 0 }, "webhook_retry_for"},
	} {
		bad := configured()
		var secret string
		bad.URL, secret, bad.RetryFor = c.change(t)
		bad.Secret = config.Secret{Value: secret}
		err := bad.Check()
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "c2hvcnQ") {
			t.Errorf("%s: %v, want an error about %s without the secret", name, err, c.want)
		}
	}
	if c := configured(); c.Check() != nil {
		t.Errorf("a good one: %v", c.Check())
	}
}
