package cases

import (
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

func RecordingFiles(t *testing.T, server client.Server) {
	t.Run("playurl is flv, else mp4, else hls", func(t *testing.T) {
		for _, formats := range []string{
			"flv", "mp4", "hls", "flv hls", "hls flv", "flv mp4", "mp4 flv", "mp4 hls", "hls mp4", "flv hls mp4", "mp4 hls flv",
			"hls mp4 flv", "FLV HLS", "Hls Flv Mp4",
		} {
			t.Run(formats, func(t *testing.T) {
				c := client.New(t, server)
				mergesInto(c, c.OnlineAnchor(), strings.Fields(formats))
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
				c := client.New(t, server)
				a := c.OnlineAnchor()
				// Not right at the session's start: a file that begins a little earlier still belongs to it.
				flv := client.RecordingFrom(a.Stream, "flv", time.Now().Add(time.Minute), 2*time.Minute)
				hls := flv.As("hls").Moved(move[0], move[1])
				client.NewPlatform(c).Recorded(flv, hls)
				MustHaveRecordings(c, a, name, 1)
				for _, r := range []client.Recording{flv, hls} {
					if got := c.Recording(a.ID, r.FileID); got.PlayURL != flv.URL || got.HLS != hls.URL {
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
				c := client.New(t, server)
				a := c.OnlineAnchor()
				flv := client.NewRecording(a.Stream, "flv")
				client.NewPlatform(c).Recorded(flv, flv.As("hls").Moved(move[0], move[1]))
				MustHaveRecordings(c, a, name, 2)
			})
		}
	})
	t.Run("files of different streams are different recordings", func(t *testing.T) {
		c := client.New(t, server)
		one, two := c.OnlineAnchor(), c.OnlineAnchor()
		flv := client.NewRecording(one.Stream, "flv")
		hls := flv.As("hls")
		hls.Stream = two.Stream
		client.NewPlatform(c).Recorded(flv, hls)
		MustHaveRecordings(c, one, "the first stream", 1)
		MustHaveRecordings(c, two, "the second stream", 1)
	})
	t.Run("likes and members stay when another file arrives", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		hls := client.NewRecording(a.Stream, "hls")
		flv := hls.As("flv")
		client.NewPlatform(c).Recorded(hls)
		c.Must("ChangeCount", a.LikeFields().With("flag", 1).With("fileid", hls.FileID))
		c.Must("EnterGroup", a.EnterFields("viewer").With("flag", 1).With("groupid", hls.FileID))
		client.NewPlatform(c).Recorded(flv, hls)
		for _, r := range []client.Recording{flv, hls} {
			if got := c.Recording(a.ID, r.FileID); got.Likes != 1 || got.Viewers != 1 {
				t.Errorf("under %s: %d likes and %d viewers, want one each", r.FileID, got.Likes, got.Viewers)
			}
		}
		MustHaveRecordings(c, a, "after the second file", 1)
	})
	t.Run("all three files find the recording", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		flv := client.NewRecording(a.Stream, "flv")
		files := []client.Recording{flv, flv.As("hls"), flv.As("mp4")}
		client.NewPlatform(c).Recorded(files...)
		MustHaveRecordings(c, a, "three files", 1)
		for _, r := range files {
			if got := c.Recording(a.ID, r.FileID); got.PlayURL != flv.URL {
				t.Errorf("under %s: got %+v", r.FileID, got)
			}
		}
	})
}

// mergesInto sends a recording in these formats, in this order, and checks after each which URLs the row has.
func mergesInto(c *client.Client, a *client.Anchor, formats []string) {
	c.T.Helper()
	first := client.NewRecording(a.Stream, formats[0])
	urls := map[string]string{}
	for _, format := range formats {
		r := first.As(format)
		urls[strings.ToLower(format)] = r.URL
		client.NewPlatform(c).Recorded(r)
		rows := c.Recordings(a.ID)
		if len(rows) != 1 {
			c.T.Fatalf("%d rows after %s, want 1: %+v", len(rows), format, rows)
		}
		want := urls["flv"]
		if want == "" {
			want = urls["mp4"]
		}
		if want == "" {
			want = urls["hls"]
		}
		if rows[0].PlayURL != want || rows[0].HLS != urls["hls"] {
			c.T.Errorf("after %s: playurl %q and hls_play_url %q, want %q and %q",
				format, rows[0].PlayURL, rows[0].HLS, want, urls["hls"])
		}
	}
}
