package e2e

import (
	"strings"
	"testing"
	"time"
)

func recordingFileCases(t *testing.T, server Server) {
	t.Run("playurl is flv, else mp4, else hls", func(t *testing.T) {
		for _, formats := range []string{
			"flv", "mp4", "hls", "flv hls", "hls flv", "flv mp4", "mp4 flv", "mp4 hls", "hls mp4", "flv hls mp4", "mp4 hls flv",
			"hls mp4 flv", "FLV HLS", "Hls Flv Mp4",
		} {
			t.Run(formats, func(t *testing.T) {
				c := newClient(t, server)
				mergesInto(c, c.onlineAnchor(), strings.Fields(formats))
			})
		}
	})
	t.Run("files within two seconds are one recording", func(t *testing.T) {
		for name, move := range map[string][2]time.Duration{
			"the same times":              {0, 0},
			"a start one second later":    {time.Second, 0},
			"a start two seconds later":   {2 * time.Second, 0},
			"an end two seconds later":    {0, 2 * time.Second},
			"both two seconds later":      {2 * time.Second, 2 * time.Second},
			"both two seconds earlier":    {-2 * time.Second, -2 * time.Second},
			"a start later, an end early": {2 * time.Second, -2 * time.Second},
		} {
			t.Run(name, func(t *testing.T) {
				c := newClient(t, server)
				a := c.onlineAnchor()
				// Not right at the session's start: a file that begins a little earlier still belongs to it.
				flv := recordingFrom(a.stream, "flv", time.Now().Add(time.Minute), 2*time.Minute)
				hls := flv.as("hls").moved(move[0], move[1])
				newPlatform(c).recorded(flv, hls)
				mustHaveRecordings(c, a, name, 1)
				for _, r := range []recording{flv, hls} {
					if got := c.recording(a.id, r.FileID); got.PlayURL != flv.URL || got.HLS != hls.URL {
						t.Errorf("under %s: got %+v", r.FileID, got)
					}
				}
			})
		}
	})
	t.Run("files further apart are different recordings", func(t *testing.T) {
		for name, move := range map[string][2]time.Duration{
			"a start three seconds later": {3 * time.Second, 0},
			"an end three seconds later":  {0, 3 * time.Second},
			"a minute later":              {time.Minute, time.Minute},
		} {
			t.Run(name, func(t *testing.T) {
				c := newClient(t, server)
				a := c.onlineAnchor()
				flv := newRecording(a.stream, "flv")
				newPlatform(c).recorded(flv, flv.as("hls").moved(move[0], move[1]))
				mustHaveRecordings(c, a, name, 2)
			})
		}
	})
	t.Run("files of different streams are different recordings", func(t *testing.T) {
		c := newClient(t, server)
		one, two := c.onlineAnchor(), c.onlineAnchor()
		flv := newRecording(one.stream, "flv")
		hls := flv.as("hls")
		hls.Stream = two.stream
		newPlatform(c).recorded(flv, hls)
		mustHaveRecordings(c, one, "the first stream", 1)
		mustHaveRecordings(c, two, "the second stream", 1)
	})
	t.Run("likes and members stay when another file arrives", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		hls := newRecording(a.stream, "hls")
		flv := hls.as("flv")
		newPlatform(c).recorded(hls)
		c.must("ChangeCount", a.likeFields().with("flag", 1).with("fileid", hls.FileID))
		c.must("EnterGroup", a.enterFields("viewer").with("flag", 1).with("groupid", hls.FileID))
		newPlatform(c).recorded(flv, hls)
		for _, r := range []recording{flv, hls} {
			if got := c.recording(a.id, r.FileID); got.Likes != 1 || got.Viewers != 1 {
				t.Errorf("under %s: %d likes and %d viewers, want one each", r.FileID, got.Likes, got.Viewers)
			}
		}
		mustHaveRecordings(c, a, "after the second file", 1)
	})
	t.Run("all three files find the recording", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		flv := newRecording(a.stream, "flv")
		files := []recording{flv, flv.as("hls"), flv.as("mp4")}
		newPlatform(c).recorded(files...)
		mustHaveRecordings(c, a, "three files", 1)
		for _, r := range files {
			if got := c.recording(a.id, r.FileID); got.PlayURL != flv.URL {
				t.Errorf("under %s: got %+v", r.FileID, got)
			}
		}
	})
}

// mergesInto sends a recording in these formats, in this order, and checks after each which URLs the row has.
func mergesInto(c *client, a *anchor, formats []string) {
	c.t.Helper()
	first := newRecording(a.stream, formats[0])
	urls := map[string]string{}
	for _, format := range formats {
		r := first.as(format)
		urls[strings.ToLower(format)] = r.URL
		newPlatform(c).recorded(r)
		rows := c.recordings(a.id)
		if len(rows) != 1 {
			c.t.Fatalf("%d rows after %s, want 1: %+v", len(rows), format, rows)
		}
		want := urls["flv"]
		if want == "" {
			want = urls["mp4"]
		}
		if want == "" {
			want = urls["hls"]
		}
		if rows[0].PlayURL != want || rows[0].HLS != urls["hls"] {
			c.t.Errorf("after %s: playurl %q and hls_play_url %q, want %q and %q",
				format, rows[0].PlayURL, rows[0].HLS, want, urls["hls"])
		}
	}
}
