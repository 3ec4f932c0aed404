package cases

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

func StreamIDs(t *testing.T, server client.Server) {
	t.Run("two user ids never share a stream id", func(t *testing.T) {
		c := client.New(t, server)
		owners := map[string]string{}
		request := func(id string) string {
			t.Helper()
			address := c.AnchorNamed(id).Request()
			mustBePushURL(t, server, address)
			if owner, taken := owners[address.StreamID]; taken && owner != id {
				t.Errorf("%q and %q share the stream id %s", owner, id, address.StreamID)
			}
			owners[address.StreamID] = id
			return address.StreamID
		}
		bizid := server.Setting("XZB_BIZID") + "_"
		for _, id := range hostileIDs(client.NewID("u")) {
			// What one user's stream id is made of may be another user's id, and so on.
			for range 2 {
				next := strings.TrimPrefix(request(id), bizid)
				if next == id || len(next) > idLimit-len(bizid) {
					break
				}
				request(bizid + next)
				id = next
			}
		}
	})
	t.Run("a user's events reach him alone", func(t *testing.T) {
		c := client.New(t, server)
		p := client.NewPlatform(c)
		prefix := client.NewID("u")
		first, second := c.AnchorNamed(prefix+"-B"), c.AnchorNamed(prefix+"_b")
		first.Request()
		second.Request()
		p.Push(second.Stream, "1", time.Now())
		first.MustBeHidden("when another one pushes")
		second.MustBeListed("when he pushes")
	})
}

// hostileIDs are user ids that lesser encodings take for one another or for a part of the URL.
func hostileIDs(prefix string) []string {
	ids := []string{}
	for _, form := range []string{
		"a-b", "a_b", "A_B", "a@b", "a b", "a.b", "a+b", "a%b", "a%20b", "a%2520b", "a/b", "a\\b", "a?b", "a&b", "a#b", "a=b",
		"a--b", "a__b", "a_-b", "a-_b", "ab", "aB", "Ab", "a-b-", "a_b_", "-a-b", "a:b", "a;b", "a,b", "a~b", "a|b", "a'b", `a"b`,
		"?bizid=1", "&bizid=1", "?txSecret=0&txTime=0", "/../x", "..", "../../live/x", "/live/x", ".flv", "?", ".", "#",
		"中文", "中 文", "文中", "直播", "é", "e\u0301", "ı", "İ", "i\u0307", "ß", "ẞ", "ss", "ﬀ", "ff", "K", "\u212a", "k", "😀", "😁",
		"\u00a0", "\u200b", "\ufeff", " ", "  ", "%", "%25", "=", "==", "q-q", "Q-Q", "x2d", "-2d", "_2d", "_5f", "-5f", "_u4e2d",
	} {
		ids = append(ids, prefix+form)
	}
	ids = append(ids, prefix, " "+prefix, prefix+" ", strings.ToUpper(prefix), hexOf(prefix), url.QueryEscape(prefix+"@"))
	for _, last := range []string{"x", "y", "X", "_", "-", "@"} { // alike but for the last of 128 bytes
		ids = append(ids, filled(prefix, "x", idLimit-1)+last, filled(prefix, "中", idLimit-1)+last)
	}
	return ids
}

func hexOf(text string) string { return fmt.Sprintf("%x", text) }
