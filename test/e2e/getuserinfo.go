package e2e

import (
	"testing"
)

func userInfoCases(t *testing.T, server Server) {
	t.Run("a room is found hidden, online and ended", func(t *testing.T) {
		c := newClient(t, server)
		a := c.hiddenAnchor()
		for _, step := range []struct {
			do   func()
			want string
		}{
			{func() {}, statusOffline}, {a.goOnline, statusIsOnline}, {a.goOffline, statusOffline},
		} {
			step.do()
			if got := a.info(); got.Status != step.want || got.UserID != a.id || got.GroupID != a.group || got.Type != typeLive {
				t.Errorf("got %+v, want status %q", got, step.want)
			}
		}
	})
	t.Run("an unknown user is 2003", func(t *testing.T) {
		c := newClient(t, server)
		c.refuses(codeNotFound, "GetUserInfo", fields{"userid": newID("nobody"), "type": 0})
		c.refuses(codeNotFound, "GetUserInfo", fields{"userid": newID("nobody"), "type": 1, "fileid": newID("file")})
	})
	t.Run("type 0 ignores the fileid", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		for _, fileID := range []any{"", nil, newID("file")} {
			got := c.rowOf(c.must("GetUserInfo", fields{"userid": a.id, "type": 0, "fileid": fileID}))
			if got.Type != typeLive || got.FileID != "" {
				t.Errorf("with fileid %v: got %+v", fileID, got)
			}
		}
	})
	t.Run("a recording is found by its fileid", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		r := newRecording(a.stream, "mp4")
		newPlatform(c).recorded(r)
		got := c.recording(a.id, r.FileID)
		if rows := c.recordings(a.id); len(rows) != 1 || rows[0] != got {
			t.Errorf("GetUserInfo has %+v and the list %+v", got, rows)
		}
	})
	t.Run("another user's fileid is 2003", func(t *testing.T) {
		c := newClient(t, server)
		a, other := c.onlineAnchor(), c.onlineAnchor()
		r := newRecording(a.stream, "flv")
		newPlatform(c).recorded(r)
		c.refuses(codeNotFound, "GetUserInfo", fields{"userid": other.id, "type": 1, "fileid": r.FileID})
		c.refuses(codeNotFound, "GetUserInfo", fields{"userid": a.id, "type": 1, "fileid": newID("file")})
		if got := c.recording(a.id, r.FileID); got.FileID != r.FileID {
			t.Errorf("got %+v", got)
		}
	})
}
