package cases

import (
	"testing"

	"xiaozhibo.dev/test/e2e/client"
)

func GetUserInfo(t *testing.T, server client.Server) {
	t.Run("a room is found hidden, online and ended", func(t *testing.T) {
		c := client.New(t, server)
		a := c.HiddenAnchor()
		for _, step := range []struct {
			do   func()
			want string
		}{
			{func() {}, client.StatusOffline}, {a.GoOnline, client.StatusIsOnline}, {a.GoOffline, client.StatusOffline},
		} {
			step.do()
			if got := a.Info(); got.Status != step.want || got.UserID != a.ID || got.GroupID != a.Group || got.Type != client.TypeLive {
				t.Errorf("got %+v, want status %q", got, step.want)
			}
		}
	})
	t.Run("an unknown user is 2003", func(t *testing.T) {
		c := client.New(t, server)
		c.Refuses(client.CodeNotFound, "GetUserInfo", client.Fields{"userid": client.NewID("nobody"), "type": 0})
		c.Refuses(client.CodeNotFound, "GetUserInfo", client.Fields{"userid": client.NewID("nobody"), "type": 1, "fileid": client.NewID("file")})
	})
	t.Run("type 0 ignores the fileid", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		for _, fileID := range []any{"", nil, client.NewID("file")} {
			got := c.RowOf(c.Must("GetUserInfo", client.Fields{"userid": a.ID, "type": 0, "fileid": fileID}))
			if got.Type != client.TypeLive || got.FileID != "" {
				t.Errorf("with fileid %v: got %+v", fileID, got)
			}
		}
	})
	t.Run("a recording is found by its fileid", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		r := client.NewRecording(a.Stream, "mp4")
		client.NewPlatform(c).Recorded(r)
		got := c.Recording(a.ID, r.FileID)
		if rows := c.Recordings(a.ID); len(rows) != 1 || rows[0] != got {
			t.Errorf("GetUserInfo has %+v and the list %+v", got, rows)
		}
	})
	t.Run("another user's fileid is 2003", func(t *testing.T) {
		c := client.New(t, server)
		a, other := c.OnlineAnchor(), c.OnlineAnchor()
		r := client.NewRecording(a.Stream, "flv")
		client.NewPlatform(c).Recorded(r)
		c.Refuses(client.CodeNotFound, "GetUserInfo", client.Fields{"userid": other.ID, "type": 1, "fileid": r.FileID})
		c.Refuses(client.CodeNotFound, "GetUserInfo", client.Fields{"userid": a.ID, "type": 1, "fileid": client.NewID("file")})
		if got := c.Recording(a.ID, r.FileID); got.FileID != r.FileID {
			t.Errorf("got %+v", got)
		}
	})
}
