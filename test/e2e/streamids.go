package e2e

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

func streamIDCases(t *testing.T, server Server) {
	t.Run("two user ids never share a stream id", func(t *testing.T) {
		c := newClient(t, server)
		owners := map[string]string{}
		request := func(id string) string {
			t.Helper()
			address := c.anchorNamed(id).request()
			mustBePushURL(t, server, address)
			if owner, taken := owners[address.StreamID]; taken && owner != id {
				t.Errorf("%q and %q share the stream id %s", owner, id, address.StreamID)
			}
			owners[address.StreamID] = id
			return address.StreamID
		}
		bizid := server.Setting("XZB_BIZID") + "_"
		for _, id := range hostileIDs(newID("u")) {
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
		c := newClient(t, server)
		p := newPlatform(c)
		prefix := newID("u")
		first, second := c.anchorNamed(prefix+"-B"), c.anchorNamed(prefix+"_b")
		first.request()
		second.request()
		p.push(second.stream, "1", time.Now())
		first.mustBeHidden("when another one pushes")
		second.mustBeListed("when he pushes")
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
