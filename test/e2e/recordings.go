package e2e

import (
	"slices"
	"testing"
	"time"
)

func recordingCases(t *testing.T, server Server) {
	t.Run("a recording is a row of its own", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		r := newRecording(a.stream, "flv")
		newPlatform(c).recorded(r)
		rows := c.recordings(a.id)
		if len(rows) != 1 {
			t.Fatalf("recordings %+v, want one", rows)
		}
		want := row{
			UserID: a.id, Timestamp: int(r.Start.Unix()), Type: typeRecorded, Title: a.title, PlayURL: r.URL, FileID: r.FileID,
			User: userInfo{
				Nickname: "nick of " + a.id, HeadPic: "http://pic.example/" + a.id + ".png", FrontCover: "http://cover.example/" + a.id + ".png", Location: "深圳",
			},
			HLS: rows[0].HLS, Status: statusOffline, Desc: "desc of " + a.id,
		}
		if rows[0] != want {
			t.Errorf("got %+v\nwant %+v", rows[0], want)
		}
		if got := c.recording(a.id, r.FileID); got != want {
			t.Errorf("GetUserInfo: got %+v\nwant %+v", got, want)
		}
	})
	t.Run("numbers of a recording may be strings", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		r := newRecording(a.stream, "flv")
		newPlatform(c).send(stringly(r.fields()))
		if got := c.recording(a.id, r.FileID); got.Timestamp != int(r.Start.Unix()) {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("an older event names its file video_id", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		r := newRecording(a.stream, "mp4")
		newPlatform(c).send(r.fields().without("file_id").with("video_id", r.FileID))
		if got := c.recording(a.id, r.FileID); got.PlayURL != r.URL {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("an event twice makes one row", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		p := newPlatform(c)
		r := newRecording(a.stream, "flv")
		p.recorded(r, r, r)
		mustHaveRecordings(c, a, "after three times the same event", 1)
		before := c.recordings(a.id)
		p.recorded(r)
		if got := c.recordings(a.id); !slices.Equal(got, before) {
			t.Errorf("after another repeat: %+v, want %+v", got, before)
		}
	})
	t.Run("repeats in flight together make one row", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		p := newPlatform(c)
		flv := newRecording(a.stream, "flv")
		hls := flv.as("hls")
		together(t, 8, func(i int) error {
			event := []recording{flv, hls}[i%2].fields()
			_, err := p.post(encodeJSON(p.signed(event, time.Now().Add(time.Minute))))
			return err
		})
		mustHaveRecordings(c, a, "after two files four times each", 1)
	})
	t.Run("several slices make several rows, the newest first", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		slice := newRecording(a.stream, "flv")
		var starts []int
		for range 3 {
			newPlatform(c).recorded(slice, slice.as("hls"))
			starts = append(starts, int(slice.Start.Unix()))
			slice = recordingFrom(a.stream, "flv", slice.End, 2*time.Minute)
		}
		rows := c.recordings(a.id)
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
		c := newClient(t, server)
		a := c.onlineAnchor()
		short := recordingFrom(a.stream, "flv", time.Now(), 59*time.Second)
		newPlatform(c).recorded(short, short.as("hls"))
		mustHaveRecordings(c, a, "after 59 seconds", 0)
		c.refuses(codeNotFound, "GetUserInfo", fields{"userid": a.id, "type": 1, "fileid": short.FileID})
		newPlatform(c).recorded(recordingFrom(a.stream, "flv", time.Now().Add(10*time.Minute), time.Minute))
		mustHaveRecordings(c, a, "after a whole minute", 1)
	})
	t.Run("a recording that ends more than an hour ahead makes no row", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		now := time.Now()
		newPlatform(c).recorded(
			recordingFrom(a.stream, "flv", now, 62*time.Minute),
			recordingFrom(a.stream, "flv", now.AddDate(1, 0, 0), 2*time.Minute),
		)
		mustHaveRecordings(c, a, "after two from far ahead", 0)
		newPlatform(c).recorded(recordingFrom(a.stream, "flv", now, 58*time.Minute))
		mustHaveRecordings(c, a, "after one from less than an hour ahead", 1)
	})
	t.Run("a recording outlives its room", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		newPlatform(c).recorded(newRecording(a.stream, "flv"))
		a.goOffline()
		mustHaveRecordings(c, a, "after the room ended", 1)
		a.requestGroup(newID("group"))
		a.goOnline()
		mustHaveRecordings(c, a, "while another session is online", 1)
		a.mustBeListed("beside its recording")
	})
	t.Run("a recording may arrive after the room ended", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		r := newRecording(a.stream, "flv")
		a.goOffline()
		newPlatform(c).recorded(r)
		if got := c.recording(a.id, r.FileID); got.Title != a.title {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("a recording changes nothing about the room", func(t *testing.T) {
		c := newClient(t, server)
		online, hidden := c.onlineAnchor(), c.hiddenAnchor()
		before := online.info().lasting()
		newPlatform(c).recorded(newRecording(online.stream, "flv"), newRecording(hidden.stream, "flv"))
		if got := online.info().lasting(); got != before {
			t.Errorf("the room went from %+v to %+v", before, got)
		}
		hidden.mustBeHidden("after a recording")
	})
	t.Run("recordings have likes of their own", func(t *testing.T) { recordingLikes(t, server) })
	t.Run("recordings have members of their own", func(t *testing.T) { recordingMembers(t, server) })
}

func mustHaveRecordings(c *client, a *anchor, when string, want int) {
	c.t.Helper()
	if rows := c.recordings(a.id); len(rows) != want {
		c.t.Errorf("%s: %d recordings, want %d: %+v", when, len(rows), want, rows)
	}
}

func recordingLikes(t *testing.T, server Server) {
	c := newClient(t, server)
	a := c.onlineAnchor()
	flv := newRecording(a.stream, "flv")
	hls, other := flv.as("hls"), recordingFrom(a.stream, "flv", flv.End, 2*time.Minute)
	newPlatform(c).recorded(flv, hls, other)
	like := func(fileID string) fields { return a.likeFields().with("flag", 1).with("fileid", fileID) }
	likes := func(when string, want int) {
		t.Helper()
		for _, fileID := range []string{flv.FileID, hls.FileID} {
			if got := c.recording(a.id, fileID).Likes; got != want {
				t.Errorf("%s: %s has %d likes, want %d", when, fileID, got, want)
			}
		}
	}
	c.must("ChangeCount", like(flv.FileID).with("optype", 1))
	likes("taken back from nothing", 0)
	c.must("ChangeCount", like(flv.FileID))
	c.must("ChangeCount", like(hls.FileID).with("flag", "1"))
	likes("liked under either file id", 2)
	c.must("ChangeCount", like(flv.FileID).with("type", 0))
	likes("after type 0", 2)
	c.must("ChangeCount", like(hls.FileID).with("optype", 1))
	likes("one taken back", 1)
	together(t, 50, func(int) error { return c.mustTry("ChangeCount", like(flv.FileID)) })
	likes("after fifty at once", 51)
	a.mustHave("the room", 0, 0)
	a.like(1)
	likes("after a like for the room", 51)
	if got := c.recording(a.id, other.FileID).Likes; got != 0 {
		t.Errorf("another recording has %d likes", got)
	}
	a.goOffline()
	a.requestGroup(newID("group"))
	likes("after another session began", 51)
}

func recordingMembers(t *testing.T, server Server) {
	c := newClient(t, server)
	a := c.onlineAnchor()
	flv := newRecording(a.stream, "flv")
	hls := flv.as("hls")
	newPlatform(c).recorded(flv, hls)
	visit := func(viewer, fileID string) fields {
		return a.enterFields(viewer).with("flag", 1).with("groupid", fileID)
	}
	members := func(when string, want ...string) {
		t.Helper()
		for _, fileID := range []string{flv.FileID, hls.FileID} {
			if got := c.recording(a.id, fileID).Viewers; got != len(want) {
				t.Errorf("%s: %s has %d viewers, want %d", when, fileID, got, len(want))
			}
			m := c.membersOf(a.id, fileID, 1, mostRows)
			if m.Total != len(want) || len(m.List) != len(want) {
				t.Errorf("%s: %s has members %+v, want %v", when, fileID, m, want)
				continue
			}
			for i, id := range m.ids() {
				if id != want[i] {
					t.Errorf("%s: %s has members %v, want %v", when, fileID, m.ids(), want)
				}
			}
		}
	}
	members("at first")
	c.must("EnterGroup", visit("one", flv.FileID))
	c.must("EnterGroup", visit("two", hls.FileID))
	c.must("EnterGroup", visit("one", hls.FileID))
	members("entered under either file id", "one", "two")
	a.mustHaveMembers("the room")
	a.enter("three")
	members("after somebody entered the room", "one", "two")
	if rows := c.recordings(a.id); len(rows) != 1 || rows[0].Viewers != 2 {
		t.Errorf("the list has %+v, want two viewers", rows)
	}
	c.must("QuitGroup", visit("one", hls.FileID))
	c.must("QuitGroup", visit("nobody", hls.FileID))
	members("after one quit", "two")
	a.goOffline()
	a.requestGroup(newID("group"))
	members("after another session began", "two")
}
