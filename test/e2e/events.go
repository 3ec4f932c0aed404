package e2e

import (
	"net/http"
	"strconv"
	"testing"
	"time"
)

func eventCases(t *testing.T, server Server) {
	t.Run("both paths take events", func(t *testing.T) {
		c := newClient(t, server)
		for _, path := range []string{"/callback/Live_callback.php", "/callback"} {
			p := &platform{c: c, path: path}
			a := c.hiddenAnchor()
			p.push(a.stream, "1", time.Now())
			a.mustBeListed("after a push event at " + path)
			p.interrupt(a.stream, "1", time.Now())
			a.mustBeHidden("after an interrupt event at " + path)
		}
	})
	t.Run("numbers may be strings", func(t *testing.T) {
		c := newClient(t, server)
		p := newPlatform(c)
		a := c.hiddenAnchor()
		p.send(stringly(streamEvent(eventPush, a.stream, "77", time.Now())))
		a.mustBeListed("after a push event in strings")
		good := p.signed(stringly(streamEvent(eventInterrupt, a.stream, "77", time.Now())), time.Now().Add(time.Minute))
		p.accepted(encodeJSON(stringly(good)))
		a.mustBeHidden("after an interrupt event all in strings")
	})
	t.Run("unknown streams and types are accepted and change nothing", func(t *testing.T) {
		c := newClient(t, server)
		p := newPlatform(c)
		online, hidden := c.onlineAnchor(), c.hiddenAnchor()
		unknown := server.Setting("XZB_BIZID") + "_" + newID("nobody")
		for _, eventType := range []int{eventInterrupt, eventPush, eventRecording, 200, 7} {
			for _, stream := range []string{unknown, "", "x", "../" + online.stream, online.stream + ".flv", online.id + "?"} {
				p.send(streamEvent(eventType, stream, "1", time.Now()))
			}
		}
		for _, eventType := range []int{2, 3, 200, 301, 310, 332, 999, -1, 101} {
			for _, a := range []*anchor{online, hidden} {
				p.send(streamEvent(eventType, a.stream, "1", time.Now().Add(time.Second)))
			}
		}
		online.mustBeListed("after foreign events")
		hidden.mustBeHidden("after foreign events")
	})
	t.Run("incomplete events are accepted and change nothing", func(t *testing.T) {
		c := newClient(t, server)
		p := newPlatform(c)
		a := c.onlineAnchor()
		whole := streamEvent(eventInterrupt, a.stream, "1", time.Now().Add(time.Second))
		for _, event := range []fields{
			{}, {"event_type": 0}, {"event_type": 1}, {"event_type": 100}, {"stream_id": a.stream},
			whole.without("stream_id"), whole.without("event_type"), whole.with("stream_id", nil),
			{"event_type": 100, "stream_id": a.stream}, newRecording(a.stream, "flv").fields().without("file_id"),
			newRecording(a.stream, "flv").fields().without("video_url"),
		} {
			p.send(event)
		}
		a.mustBeListed("after incomplete events")
		for _, r := range c.recordings(a.id) {
			if r.PlayURL == "" || r.FileID == "" {
				t.Errorf("an incomplete event made %+v", r)
			}
		}
	})
	t.Run("what is no JSON object is 400", func(t *testing.T) {
		p := newPlatform(newClient(t, server))
		for _, body := range []string{"", " ", "garbage", "[]", "null", "1", `"x"`, "{", `{"event_type":1`, "event_type=1&t=5"} {
			p.answers(http.StatusBadRequest, []byte(body))
		}
	})
	t.Run("unsigned and wrongly signed events are 403 and change nothing", func(t *testing.T) { badSigns(t, server) })
	t.Run("a sign is good until its t", func(t *testing.T) {
		if server.Setting("XZB_CALLBACK_KEY") == "" {
			t.Skip("no callback key: events are not signed")
		}
		c := newClient(t, server)
		p := newPlatform(c)
		a := c.hiddenAnchor()
		push := streamEvent(eventPush, a.stream, "1", time.Now())
		for _, past := range []time.Duration{time.Minute, time.Hour, 10 * 365 * 24 * time.Hour} {
			p.answers(http.StatusForbidden, encodeJSON(p.signed(push, time.Now().Add(-past))))
		}
		a.mustBeHidden("after events of the past")
		p.answers(http.StatusForbidden, encodeJSON(p.signed(push, time.Now().Add(25*time.Hour))))
		a.mustBeHidden("after an event that is signed for more than a day")
		p.accepted(encodeJSON(p.signed(push, time.Now().Add(time.Minute))))
		a.mustBeListed("after an event in time")
	})
	t.Run("the published example is signed as it says", func(t *testing.T) {
		if server.Setting("XZB_CALLBACK_KEY") != "testcallbackkey" {
			t.Skip("the example has another callback key")
		}
		p := newPlatform(newClient(t, server))
		// The sign is right, but its t is long past.
		p.answers(http.StatusForbidden, []byte(
			`{"event_type":200,"stream_id":"x","t":1480000600,"sign":"42e11a76c9fa5f2485180d12dcb3f450"}`))
	})
}

// stringly turns the numbers of an event into strings.
func stringly(event fields) fields {
	out := fields{}
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

func badSigns(t *testing.T, server Server) {
	key := server.Setting("XZB_CALLBACK_KEY")
	if key == "" {
		t.Skip("no callback key: events are not signed")
	}
	c := newClient(t, server)
	p := newPlatform(c)
	hidden, online := c.hiddenAnchor(), c.onlineAnchor()
	until := time.Now().Add(time.Minute)
	decimal := strconv.FormatInt(until.Unix(), 10)
	for _, event := range []fields{
		streamEvent(eventPush, hidden.stream, "1", time.Now()),
		streamEvent(eventInterrupt, online.stream, "1", time.Now().Add(time.Second)),
		newRecording(online.stream, "flv").fields(),
		streamEvent(200, "x", "1", time.Now()),
	} {
		good := p.signed(event, until)
		for name, bad := range map[string]fields{
			"without both":       event,
			"without a sign":     good.without("sign"),
			"with a null sign":   good.with("sign", nil),
			"without t":          good.without("t"),
			"with an empty sign": good.with("sign", ""),
			"of another t":       good.with("t", until.Unix()+1),
			"of another key":     good.with("sign", hexMD5("wrong", decimal)),
			"of no key":          good.with("sign", hexMD5(decimal)),
			"t before the key":   good.with("sign", hexMD5(decimal, key)),
			"cut":                good.with("sign", hexMD5(key, decimal)[:31]),
			"longer":             good.with("sign", hexMD5(key, decimal)+"0"),
			"t that is no time":  good.with("t", "soon").with("sign", hexMD5(key, "soon")),
			"t empty":            good.with("t", "").with("sign", hexMD5(key)),
			"t null":             good.with("t", nil).with("sign", hexMD5(key)),
			"t 0":                good.with("t", 0).with("sign", hexMD5(key, "0")),
		} {
			if res := p.answers(http.StatusForbidden, encodeJSON(bad)); res.Status != http.StatusForbidden {
				t.Errorf("that was: %s", name)
			}
		}
	}
	hidden.mustBeHidden("after bad signs")
	online.mustBeListed("after bad signs")
	if rows := c.recordings(online.id); len(rows) > 0 {
		t.Errorf("bad signs made recordings: %+v", rows)
	}
}
