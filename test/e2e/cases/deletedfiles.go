package cases

import (
	"bytes"
	"net/http"
	"net/url"
	"testing"

	"xiaozhibo.dev/test/e2e/client"
)

// vodToken is what the VOD service's callbacks have in their URL.
const vodToken = "token-of-the-vod-console"

// DeletedFiles run where the VOD service tells which files are deleted.
func DeletedFiles(t *testing.T, start client.Starter) {
	server := start(t, map[string]string{"XZB_VOD_CALLBACK_TOKEN": vodToken})
	t.Run("a recording is gone with the last of its files, and stays gone", func(t *testing.T) {
		c := client.New(t, server)
		a, p := c.OnlineAnchor(), client.NewPlatform(c)
		flv := client.NewRecording(a.Stream, "flv")
		hls, other := flv.As("hls"), client.RecordingFrom(a.Stream, "flv", flv.End, flv.End.Sub(flv.Start))
		p.Recorded(flv, hls, other)
		MustHaveRecordings(c, a, "before anything is deleted", 2)
		tellDeleted(c, vodToken, http.StatusOK, flv.FileID)
		if got := c.Recording(a.ID, hls.FileID); got.PlayURL != hls.URL {
			t.Errorf("with one file left: %+v", got)
		}
		for range 2 {
			tellDeleted(c, vodToken, http.StatusOK, flv.FileID, hls.FileID, client.NewID("nobody"))
			MustHaveRecordings(c, a, "after both are deleted", 1)
		}
		p.Recorded(flv, hls)
		if rows := c.Recordings(a.ID); len(rows) != 1 || rows[0].FileID != other.FileID {
			t.Errorf("announced again: %+v, want %s alone", rows, other.FileID)
		}
		c.Refuses(client.CodeNotFound, "GetUserInfo", client.Fields{"userid": a.ID, "type": 1, "fileid": flv.FileID})
		a.MustBeListed("after its recording was deleted")
	})
	t.Run("who does not know the token deletes nothing", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		r := client.NewRecording(a.Stream, "mp4")
		client.NewPlatform(c).Recorded(r)
		for _, token := range []string{"", "token-of-another-console", vodToken[1:]} {
			tellDeleted(c, token, http.StatusForbidden, r.FileID)
		}
		MustHaveRecordings(c, a, "after wrong tokens", 1)
	})
}

// tellDeleted tells, as the VOD service does, that files are deleted, and demands this HTTP status.
func tellDeleted(c *client.Client, token string, want int, files ...string) {
	c.T.Helper()
	body := client.EncodeJSON(map[string]any{"EventType": "FileDeleted", "FileDeleteEvent": map[string]any{"FileIdSet": files}})
	reply, err := c.Exchange(http.MethodPost, "/callback/vod?"+url.Values{"token": {token}}.Encode(), http.Header{}, bytes.NewReader(body))
	if err != nil || reply.Status != want {
		c.T.Errorf("%s is answered %d %s, %v, want %d", body, reply.Status, reply.Body, err, want)
	}
}
