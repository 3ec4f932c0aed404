package cases

import (
	"slices"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

func Recordings(t *testing.T, server client.Server) {
	t.Run("a recording is a row of its own", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		r := client.NewRecording(a.Stream, "flv")
		client.NewPlatform(c).Recorded(r)
		rows := c.Recordings(a.ID)
		if len(rows) != 1 {
			t.Fatalf("recordings %+v, want one", rows)
		}
		want := client.Row{
			UserID: a.ID, Timestamp: int(r.Start.Unix()), Type: client.TypeRecorded, Title: a.Title, PlayURL: r.URL, FileID: r.FileID,
			User: client.UserInfo{
				Nickname: "nick of " + a.ID, HeadPic: "http://pic.example/" + a.ID + ".png", FrontCover: "http://cover.example/" + a.ID + ".png", Location: "深圳",
			},
			HLS: rows[0].HLS, Status: client.StatusOffline, Desc: "desc of " + a.ID,
		}
		if rows[0] != want {
			t.Errorf("got %+v\nwant %+v", rows[0], want)
		}
		if got := c.Recording(a.ID, r.FileID); got != want {
			t.Errorf("GetUserInfo: got %+v\nwant %+v", got, want)
		}
	})
	t.Run("numbers of a recording may be strings", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		r := client.NewRecording(a.Stream, "flv")
		client.NewPlatform(c).Send(stringly(r.Fields()))
		if got := c.Recording(a.ID, r.FileID); got.Timestamp != int(r.Start.Unix()) {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("an older event names its file video_id", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		r := client.NewRecording(a.Stream, "mp4")
		client.NewPlatform(c).Send(r.Fields().Without("file_id").With("video_id", r.FileID))
		if got := c.Recording(a.ID, r.FileID); got.PlayURL != r.URL {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("an event twice makes one row", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		p := client.NewPlatform(c)
		r := client.NewRecording(a.Stream, "flv")
		p.Recorded(r, r, r)
		MustHaveRecordings(c, a, "after three times the same event", 1)
		before := c.Recordings(a.ID)
		p.Recorded(r)
		if got := c.Recordings(a.ID); !slices.Equal(got, before) {
			t.Errorf("after another repeat: %+v, want %+v", got, before)
		}
	})
	t.Run("repeats in flight together make one row", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		p := client.NewPlatform(c)
		flv := client.NewRecording(a.Stream, "flv")
		hls := flv.As("hls")
		client.Together(t, 8, func(i int) error {
			event := []client.Recording{flv, hls}[i%2].Fields()
			_, err := p.Post(client.EncodeJSON(p.Signed(event, time.Now().Add(time.Minute))))
			return err
		})
		MustHaveRecordings(c, a, "after two files four times each", 1)
	})
	t.Run("several slices make several rows, the newest first", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		slice := client.NewRecording(a.Stream, "flv")
		var starts []int
		for range 3 {
			client.NewPlatform(c).Recorded(slice, slice.As("hls"))
			starts = append(starts, int(slice.Start.Unix()))
			slice = client.RecordingFrom(a.Stream, "flv", slice.End, 2*time.Minute)
		}
		rows := c.Recordings(a.ID)
		if len(rows) != 3 {
			t.Fatalf("%d rows, want 3: %+v", len(rows), rows)
		}
		for i, r := range rows {
			if want := starts[len(starts)-1-i]; r.Timestamp != want {
				t.Errorf("row %d has timestamp %d, want %d", i, r.Timestamp, want)
			}
		}
	})
	t.Run("a recording under a minute makes no row", func(t *testing.T) {
		if server.Setting("XZB_MIN_RECORDING") != "" {
			t.Skip("this system has another minimum")
		}
		c := client.New(t, server)
		a := c.OnlineAnchor()
		short := client.RecordingFrom(a.Stream, "flv", time.Now(), 59*time.Second)
		client.NewPlatform(c).Recorded(short, short.As("hls"))
		MustHaveRecordings(c, a, "after 59 seconds", 0)
		c.Refuses(client.CodeNotFound, "GetUserInfo", client.Fields{"userid": a.ID, "type": 1, "fileid": short.FileID})
		client.NewPlatform(c).Recorded(client.RecordingFrom(a.Stream, "flv", time.Now().Add(10*time.Minute), time.Minute))
		MustHaveRecordings(c, a, "after a whole minute", 1)
	})
	t.Run("a recording that ends more than an hour ahead makes no row", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		now := time.Now()
		client.NewPlatform(c).Recorded(
			client.RecordingFrom(a.Stream, "flv", now, 62*time.Minute),
			client.RecordingFrom(a.Stream, "flv", now.AddDate(1, 0, 0), 2*time.Minute),
		)
		MustHaveRecordings(c, a, "after two from far ahead", 0)
		client.NewPlatform(c).Recorded(client.RecordingFrom(a.Stream, "flv", now, 58*time.Minute))
		MustHaveRecordings(c, a, "after one from less than an hour ahead", 1)
	})
	t.Run("a recording outlives its room", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		client.NewPlatform(c).Recorded(client.NewRecording(a.Stream, "flv"))
		a.GoOffline()
		MustHaveRecordings(c, a, "after the room ended", 1)
		a.RequestGroup(client.NewID("group"))
		a.GoOnline()
		MustHaveRecordings(c, a, "while another session is online", 1)
		a.MustBeListed("beside its recording")
	})
	t.Run("a recording may arrive after the room ended", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		r := client.NewRecording(a.Stream, "flv")
		a.GoOffline()
		client.NewPlatform(c).Recorded(r)
		if got := c.Recording(a.ID, r.FileID); got.Title != a.Title {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("a recording changes nothing about the room", func(t *testing.T) {
		c := client.New(t, server)
		online, hidden := c.OnlineAnchor(), c.HiddenAnchor()
		before := online.Info().Lasting()
		client.NewPlatform(c).Recorded(client.NewRecording(online.Stream, "flv"), client.NewRecording(hidden.Stream, "flv"))
		if got := online.Info().Lasting(); got != before {
			t.Errorf("the room went from %+v to %+v", before, got)
		}
		hidden.MustBeHidden("after a recording")
	})
	t.Run("recordings have likes of their own", func(t *testing.T) { recordingLikes(t, server) })
	t.Run("recordings have members of their own", func(t *testing.T) { recordingMembers(t, server) })
}

func MustHaveRecordings(c *client.Client, a *client.Anchor, when string, want int) {
	c.T.Helper()
	if rows := c.Recordings(a.ID); len(rows) != want {
		c.T.Errorf("%s: %d recordings, want %d: %+v", when, len(rows), want, rows)
	}
}

func recordingLikes(t *testing.T, server client.Server) {
	c := client.New(t, server)
	a := c.OnlineAnchor()
	flv := client.NewRecording(a.Stream, "flv")
	hls, other := flv.As("hls"), client.RecordingFrom(a.Stream, "flv", flv.End, 2*time.Minute)
	client.NewPlatform(c).Recorded(flv, hls, other)
	like := func(fileID string) client.Fields { return a.LikeFields().With("flag", 1).With("fileid", fileID) }
	likes := func(when string, want int) {
		t.Helper()
		for _, fileID := range []string{flv.FileID, hls.FileID} {
			if got := c.Recording(a.ID, fileID).Likes; got != want {
				t.Errorf("%s: %s has %d likes, want %d", when, fileID, got, want)
			}
		}
	}
	c.Must("ChangeCount", like(flv.FileID).With("optype", 1))
	likes("taken back from nothing", 0)
	c.Must("ChangeCount", like(flv.FileID))
	c.Must("ChangeCount", like(hls.FileID).With("flag", "1"))
	likes("liked under either file id", 2)
	c.Must("ChangeCount", like(flv.FileID).With("type", 0))
	likes("after type 0", 2)
	c.Must("ChangeCount", like(hls.FileID).With("optype", 1))
	likes("one taken back", 1)
	client.Together(t, 50, func(int) error { return c.MustTry("ChangeCount", like(flv.FileID)) })
	likes("after fifty at once", 51)
	a.MustHave("the room", 0, 0)
	a.Like(1)
	likes("after a like for the room", 51)
	if got := c.Recording(a.ID, other.FileID).Likes; got != 0 {
		t.Errorf("another recording has %d likes", got)
	}
	a.GoOffline()
	a.RequestGroup(client.NewID("group"))
	likes("after another session began", 51)
}

func recordingMembers(t *testing.T, server client.Server) {
	c := client.New(t, server)
	a := c.OnlineAnchor()
	flv := client.NewRecording(a.Stream, "flv")
	hls := flv.As("hls")
	client.NewPlatform(c).Recorded(flv, hls)
	visit := func(viewer, fileID string) client.Fields {
		return a.EnterFields(viewer).With("flag", 1).With("groupid", fileID)
	}
	members := func(when string, want ...string) {
		t.Helper()
		for _, fileID := range []string{flv.FileID, hls.FileID} {
			if got := c.Recording(a.ID, fileID).Viewers; got != len(want) {
				t.Errorf("%s: %s has %d viewers, want %d", when, fileID, got, len(want))
			}
			m := c.MembersOf(a.ID, fileID, 1, client.MostRows)
			if m.Total != len(want) || len(m.List) != len(want) {
				t.Errorf("%s: %s has members %+v, want %v", when, fileID, m, want)
				continue
			}
			for i, id := range m.IDs() {
				if id != want[i] {
					t.Errorf("%s: %s has members %v, want %v", when, fileID, m.IDs(), want)
				}
			}
		}
	}
	members("at first")
	c.Must("EnterGroup", visit("one", flv.FileID))
	c.Must("EnterGroup", visit("two", hls.FileID))
	c.Must("EnterGroup", visit("one", hls.FileID))
	members("entered under either file id", "one", "two")
	a.MustHaveMembers("the room")
	a.Enter("three")
	members("after somebody entered the room", "one", "two")
	if rows := c.Recordings(a.ID); len(rows) != 1 || rows[0].Viewers != 2 {
		t.Errorf("the list has %+v, want two viewers", rows)
	}
	c.Must("QuitGroup", visit("one", hls.FileID))
	c.Must("QuitGroup", visit("nobody", hls.FileID))
	members("after one quit", "two")
	a.GoOffline()
	a.RequestGroup(client.NewID("group"))
	members("after another session began", "two")
}
