package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// The most bytes of an id, a text and a URL.
const (
	idLimit   = 128
	textLimit = 512
	urlLimit  = 2048
)

func lengthCases(t *testing.T, server Server) {
	t.Run("ids of 128 bytes are taken", func(t *testing.T) {
		c := newClient(t, server)
		for _, pad := range []string{"x", "é", "中", "😀"} {
			a := c.anchorNamed(filled(newID("long"), pad, idLimit))
			a.group = filled(newID("group"), pad, idLimit)
			a.request()
			a.goOnline()
			viewer := filled("viewer", pad, idLimit)
			a.enter(viewer)
			a.mustHaveMembers("in a long room", viewer)
			a.mustBeListed("with a long id")
			a.quit(viewer)
		}
	})
	t.Run("ids of 129 bytes are 1000", func(t *testing.T) {
		c := newClient(t, server)
		for _, example := range calls(c.onlineAnchor()) {
			for _, name := range []string{"userid", "liveuserid", "groupid"} {
				if _, found := example.fields[name]; !found {
					continue
				}
				for _, long := range []string{strings.Repeat("x", idLimit+1), strings.Repeat("中", 43), strings.Repeat("x", 5000)} {
					refusedFor(t, c, example.action, example.fields.with(name, long), name)
				}
			}
		}
	})
	t.Run("fileids of 129 bytes are 1000, and of 128 unknown", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		long := strings.Repeat("f", idLimit)
		info := fields{"userid": a.id, "type": 1}
		like := a.likeFields().with("flag", 1)
		c.refuses(codeNotFound, "GetUserInfo", info.with("fileid", long))
		c.refuses(codeNotFound, "ChangeCount", like.with("fileid", long))
		refusedFor(t, c, "GetUserInfo", info.with("fileid", long+"f"), "fileid")
		refusedFor(t, c, "ChangeCount", like.with("fileid", long+"f"), "fileid")
	})
	t.Run("ids with control characters are 1000", func(t *testing.T) {
		c := newClient(t, server)
		for _, example := range calls(c.onlineAnchor()) {
			for _, name := range []string{"userid", "liveuserid", "groupid"} {
				if _, found := example.fields[name]; !found {
					continue
				}
				for _, control := range []string{"\x00", "\n", "\r", "\t", "\x1b", "\x7f", "\u0085", "\u009f"} {
					refusedFor(t, c, example.action, example.fields.with(name, "a"+control+"b"), name)
				}
			}
		}
	})
	t.Run("fileids with control characters are 1000", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		refusedFor(t, c, "GetUserInfo", fields{"userid": a.id, "type": 1, "fileid": "a\nb"}, "fileid")
		refusedFor(t, c, "ChangeCount", a.likeFields().with("flag", 1).with("fileid", "a\x00b"), "fileid")
	})
	t.Run("texts of 512 bytes and URLs of 2048 are taken", func(t *testing.T) {
		c := newClient(t, server)
		for _, pad := range []string{"x", "中"} {
			a := c.newAnchor()
			a.title = filled("title", pad, textLimit)
			text, link := filled("text", pad, textLimit), filled("http://x.example/", pad, urlLimit)
			a.requestWith(a.fields().with("userinfo", fields{
				"nickname": text, "headpic": link, "frontcover": link, "location": text, "desc": text,
			}))
			got := a.info()
			if got.Title != a.title || got.User != (userInfo{Nickname: text, HeadPic: link, FrontCover: link, Location: text}) || got.Desc != text {
				t.Errorf("long texts came back as %+v", got)
			}
			c.must("EnterGroup", a.enterFields("viewer").with("nickname", text).with("headpic", link))
			if m := a.members(); len(m.List) != 1 || m.List[0] != (member{UserID: "viewer", Nickname: text, HeadPic: link}) {
				t.Errorf("long texts of a member came back as %+v", m)
			}
		}
	})
	t.Run("longer texts and URLs are 1000", func(t *testing.T) {
		c := newClient(t, server)
		a := c.newAnchor()
		limits := map[string]int{
			"nickname": textLimit, "location": textLimit, "desc": textLimit, "headpic": urlLimit, "frontcover": urlLimit,
		}
		for _, pad := range []string{"x", "中"} {
			refusedFor(t, c, "RequestLVBAddr", a.fields().with("title", over(textLimit, pad)), "title")
			for name, limit := range limits {
				r := c.refuses(codeBadParameter, "RequestLVBAddr", a.fields().with("userinfo", fields{name: over(limit, pad)}))
				mustName(t, r, name)
			}
		}
		c.refuses(codeNotFound, "GetUserInfo", fields{"userid": a.id, "type": 0})
		a.request()
		for _, name := range []string{"nickname", "headpic"} {
			refusedFor(t, c, "EnterGroup", a.enterFields("viewer").with(name, over(limits[name], "x")), name)
		}
		a.mustHaveMembers("nobody entered")
	})
	t.Run("a page of the longest rows is whole", func(t *testing.T) {
		c := newClient(t, server)
		link := filled("http://x.example/", "x", urlLimit)
		const rows = 20
		together(t, rows, func(int) error {
			a := c.newAnchor()
			f := a.fields().with("userinfo", fields{"headpic": link, "frontcover": link})
			if err := c.mustTry("RequestLVBAddr", f); err != nil {
				return err
			}
			return c.mustTry("ChangeStatus", fields{"userid": a.id, "status": 0})
		})
		if p := c.list(flagLive, 1, rows); len(p.Rows) != rows {
			t.Errorf("%d rows, want %d", len(p.Rows), rows)
		}
	})
}

// filled is head, filled up to exactly size bytes.
func filled(head, pad string, size int) string {
	for len(head)+len(pad) <= size {
		head += pad
	}
	return head + strings.Repeat("_", size-len(head))
}

// over is a text of as few bytes over limit as pad allows.
func over(limit int, pad string) string {
	text := strings.Repeat(pad, limit/len(pad)+1)
	if len(text) <= limit {
		panic(fmt.Sprintf("%d bytes are not over %d", len(text), limit))
	}
	return text
}
