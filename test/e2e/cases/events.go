package cases

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

func Events(t *testing.T, server client.Server) {
	t.Run("both paths take events", func(t *testing.T) {
		c := client.New(t, server)
		for _, path := range []string{"/callback/Live_callback.php", "/callback"} {
			p := &client.Platform{C: c, Path: path}
			a := c.HiddenAnchor()
			p.Push(a.Stream, "1", time.Now())
			a.MustBeListed("after a push event at " + path)
			p.Interrupt(a.Stream, "1", time.Now())
			a.MustBeHidden("after an interrupt event at " + path)
		}
	})
	t.Run("numbers may be strings", func(t *testing.T) {
		c := client.New(t, server)
		p := client.NewPlatform(c)
		a := c.HiddenAnchor()
		p.Send(stringly(client.StreamEvent(client.EventPush, a.Stream, "77", time.Now())))
		a.MustBeListed("after a push event in strings")
		good := p.Signed(stringly(client.StreamEvent(client.EventInterrupt, a.Stream, "77", time.Now())), time.Now().Add(time.Minute))
		p.Accepted(client.EncodeJSON(stringly(good)))
		a.MustBeHidden("after an interrupt event all in strings")
	})
	t.Run("unknown streams and types are accepted and change nothing", func(t *testing.T) {
		c := client.New(t, server)
		p := client.NewPlatform(c)
		online, hidden := c.OnlineAnchor(), c.HiddenAnchor()
		unknown := server.Setting("XZB_BIZID") + "_" + client.NewID("nobody")
		for _, eventType := range []int{client.EventInterrupt, client.EventPush, client.EventRecording, 200, 7} {
			for _, stream := range []string{unknown, "", "x", "../" + online.Stream, online.Stream + ".flv", online.ID + "?"} {
				p.Send(client.StreamEvent(eventType, stream, "1", time.Now()))
			}
		}
		for _, eventType := range []int{2, 3, 200, 301, 310, 332, 999, -1, 101} {
			for _, a := range []*client.Anchor{online, hidden} {
				p.Send(client.StreamEvent(eventType, a.Stream, "1", time.Now().Add(time.Second)))
			}
		}
		online.MustBeListed("after foreign events")
		hidden.MustBeHidden("after foreign events")
	})
	t.Run("incomplete events are accepted and change nothing", func(t *testing.T) {
		c := client.New(t, server)
		p := client.NewPlatform(c)
		a := c.OnlineAnchor()
		whole := client.StreamEvent(client.EventInterrupt, a.Stream, "1", time.Now().Add(time.Second))
		for _, event := range []client.Fields{
			{}, {"event_type": 0}, {"event_type": 1}, {"event_type": 100}, {"stream_id": a.Stream},
			whole.Without("stream_id"), whole.Without("event_type"), whole.With("stream_id", nil),
			{"event_type": 100, "stream_id": a.Stream}, client.NewRecording(a.Stream, "flv").Fields().Without("file_id"),
			client.NewRecording(a.Stream, "flv").Fields().Without("video_url"),
		} {
			p.Send(event)
		}
		a.MustBeListed("after incomplete events")
		for _, r := range c.Recordings(a.ID) {
			if r.PlayURL == "" || r.FileID == "" {
				t.Errorf("an incomplete event made %+v", r)
			}
		}
	})
	t.Run("what is no JSON object is 400", func(t *testing.T) {
		p := client.NewPlatform(client.New(t, server))
		for _, body := range []string{"", " ", "garbage", "[]", "null", "1", `"x"`, "{", `{"event_type":1`, "event_type=1&t=5"} {
			p.Answers(http.StatusBadRequest, []byte(body))
		}
	})
	t.Run("unsigned and wrongly signed events are 403 and change nothing", func(t *testing.T) { badSigns(t, server) })
	t.Run("a sign is good until its t", func(t *testing.T) {
		if server.Setting("XZB_CALLBACK_KEY") == "" {
			t.Skip("no callback key: events are not signed")
		}
		c := client.New(t, server)
		p := client.NewPlatform(c)
		a := c.HiddenAnchor()
		push := client.StreamEvent(client.EventPush, a.Stream, "1", time.Now())
		for _, past := range []time.Duration{time.Minute, time.Hour, 10 * 365 * 24 * time.Hour} {
			p.Answers(http.StatusForbidden, client.EncodeJSON(p.Signed(push, time.Now().Add(-past))))
		}
		a.MustBeHidden("after events of the past")
		p.Answers(http.StatusForbidden, client.EncodeJSON(p.Signed(push, time.Now().Add(25*time.Hour))))
		a.MustBeHidden("after an event that is signed for more than a day")
		p.Accepted(client.EncodeJSON(p.Signed(push, time.Now().Add(time.Minute))))
		a.MustBeListed("after an event in time")
	})
	t.Run("the published example is signed as it says", func(t *testing.T) {
		if server.Setting("XZB_CALLBACK_KEY") != "testcallbackkey" {
			t.Skip("the example has another callback key")
		}
		p := client.NewPlatform(client.New(t, server))
		// The sign is right, but its t is long past.
		p.Answers(http.StatusForbidden, []byte(
			`{"event_type":200,"stream_id":"x","t":1480000600,"sign":"42e11a76c9fa5f2485180d12dcb3f450"}`))
	})
}

// stringly turns the numbers of an event into strings.
func stringly(event client.Fields) client.Fields {
	out := client.Fields{}
	for name, value := range event {
		switch v := value.(type) {
		case int:
			out[name] = strconv.Itoa(v)
		case int64:
			out[name] = strconv.FormatInt(v, 10)
		default:
			out[name] = v
		}
	}
	return out
}

func badSigns(t *testing.T, server client.Server) {
	key := server.Setting("XZB_CALLBACK_KEY")
	if key == "" {
		t.Skip("no callback key: events are not signed")
	}
	c := client.New(t, server)
	p := client.NewPlatform(c)
	hidden, online := c.HiddenAnchor(), c.OnlineAnchor()
	until := time.Now().Add(time.Minute)
	decimal := strconv.FormatInt(until.Unix(), 10)
	for _, event := range []client.Fields{
		client.StreamEvent(client.EventPush, hidden.Stream, "1", time.Now()),
		client.StreamEvent(client.EventInterrupt, online.Stream, "1", time.Now().Add(time.Second)),
		client.NewRecording(online.Stream, "flv").Fields(),
		client.StreamEvent(200, "x", "1", time.Now()),
	} {
		good := p.Signed(event, until)
		for name, bad := range map[string]client.Fields{
			"without both":       event,
			"without a sign":     good.Without("sign"),
			"with a null sign":   good.With("sign", nil),
			"without t":          good.Without("t"),
			"with an empty sign": good.With("sign", ""),
			"of another t":       good.With("t", until.Unix()+1),
			"of another key":     good.With("sign", client.HexMD5("wrong", decimal)),
			"of no key":          good.With("sign", client.HexMD5(decimal)),
			"t before the key":   good.With("sign", client.HexMD5(decimal, key)),
			"cut":                good.With("sign", client.HexMD5(key, decimal)[:31]),
			"longer":             good.With("sign", client.HexMD5(key, decimal)+"0"),
			"t that is no time":  good.With("t", "soon").With("sign", client.HexMD5(key, "soon")),
			"t empty":            good.With("t", "").With("sign", client.HexMD5(key)),
			"t null":             good.With("t", nil).With("sign", client.HexMD5(key)),
			"t 0":                good.With("t", 0).With("sign", client.HexMD5(key, "0")),
		} {
			if res := p.Answers(http.StatusForbidden, client.EncodeJSON(bad)); res.Status != http.StatusForbidden {
				t.Errorf("that was: %s", name)
			}
		}
	}
	hidden.MustBeHidden("after bad signs")
	online.MustBeListed("after bad signs")
	if rows := c.Recordings(online.ID); len(rows) > 0 {
		t.Errorf("bad signs made recordings: %+v", rows)
	}
}
