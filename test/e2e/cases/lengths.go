package cases

import (
	"fmt"
	"strings"
	"testing"

	"xiaozhibo.dev/test/e2e/client"
)

// The most bytes of an id, a text and a URL.
const (
	idLimit   = 128
	textLimit = 512
	urlLimit  = 2048
)

func Lengths(t *testing.T, server client.Server) {
	t.Run("ids of 128 bytes are taken", func(t *testing.T) {
		c := client.New(t, server)
		for _, pad := range []string{"x", "é", "中", "😀"} {
			a := c.AnchorNamed(filled(client.NewID("long"), pad, idLimit))
			a.Group = filled(client.NewID("group"), pad, idLimit)
			a.Request()
			a.GoOnline()
			viewer := filled("viewer", pad, idLimit)
			a.Enter(viewer)
			a.MustHaveMembers("in a long room", viewer)
			a.MustBeListed("with a long id")
			a.Quit(viewer)
		}
	})
	t.Run("ids of 129 bytes are 1000", func(t *testing.T) {
		c := client.New(t, server)
		for _, example := range calls(c.OnlineAnchor()) {
			for _, name := range []string{"userid", "liveuserid", "groupid"} {
				if _, found := example.fields[name]; !found {
					continue
				}
				for _, long := range []string{strings.Repeat("x", idLimit+1), strings.Repeat("中", 43), strings.Repeat("x", 5000)} {
					refusedFor(t, c, example.action, example.fields.With(name, long), name)
				}
			}
		}
	})
	t.Run("fileids of 129 bytes are 1000, and of 128 unknown", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		long := strings.Repeat("f", idLimit)
		info := client.Fields{"userid": a.ID, "type": 1}
		like := a.LikeFields().With("flag", 1)
		c.Refuses(client.CodeNotFound, "GetUserInfo", info.With("fileid", long))
		c.Refuses(client.CodeNotFound, "ChangeCount", like.With("fileid", long))
		refusedFor(t, c, "GetUserInfo", info.With("fileid", long+"f"), "fileid")
		refusedFor(t, c, "ChangeCount", like.With("fileid", long+"f"), "fileid")
	})
	t.Run("ids with control characters are 1000", func(t *testing.T) {
		c := client.New(t, server)
		for _, example := range calls(c.OnlineAnchor()) {
			for _, name := range []string{"userid", "liveuserid", "groupid"} {
				if _, found := example.fields[name]; !found {
					continue
				}
				for _, control := range []string{"\x00", "\n", "\r", "\t", "\x1b", "\x7f", "\u0085", "\u009f"} {
					refusedFor(t, c, example.action, example.fields.With(name, "a"+control+"b"), name)
				}
			}
		}
	})
	t.Run("fileids with control characters are 1000", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		refusedFor(t, c, "GetUserInfo", client.Fields{"userid": a.ID, "type": 1, "fileid": "a\nb"}, "fileid")
		refusedFor(t, c, "ChangeCount", a.LikeFields().With("flag", 1).With("fileid", "a\x00b"), "fileid")
	})
	t.Run("texts of 512 bytes and URLs of 2048 are taken", func(t *testing.T) {
		c := client.New(t, server)
		for _, pad := range []string{"x", "中"} {
			a := c.NewAnchor()
			a.Title = filled("title", pad, textLimit)
			text, link := filled("text", pad, textLimit), filled("http://x.example/", pad, urlLimit)
			a.RequestWith(a.Fields().With("userinfo", client.Fields{
				"nickname": text, "headpic": link, "frontcover": link, "location": text, "desc": text,
			}))
			got := a.Info()
			if got.Title != a.Title || got.User != (client.UserInfo{Nickname: text, HeadPic: link, FrontCover: link, Location: text}) || got.Desc != text {
				t.Errorf("long texts came back as %+v", got)
			}
			c.Must("EnterGroup", a.EnterFields("viewer").With("nickname", text).With("headpic", link))
			if m := a.Members(); len(m.List) != 1 || m.List[0] != (client.Member{UserID: "viewer", Nickname: text, HeadPic: link}) {
				t.Errorf("long texts of a member came back as %+v", m)
			}
		}
	})
	t.Run("longer texts and URLs are 1000", func(t *testing.T) {
		c := client.New(t, server)
		a := c.NewAnchor()
		limits := map[string]int{
			"nickname": textLimit, "location": textLimit, "desc": textLimit, "headpic": urlLimit, "frontcover": urlLimit,
		}
		for _, pad := range []string{"x", "中"} {
			refusedFor(t, c, "RequestLVBAddr", a.Fields().With("title", over(textLimit, pad)), "title")
			for name, limit := range limits {
				r := c.Refuses(client.CodeBadParameter, "RequestLVBAddr", a.Fields().With("userinfo", client.Fields{name: over(limit, pad)}))
				mustName(t, r, name)
			}
		}
		c.Refuses(client.CodeNotFound, "GetUserInfo", client.Fields{"userid": a.ID, "type": 0})
		a.Request()
		for _, name := range []string{"nickname", "headpic"} {
			refusedFor(t, c, "EnterGroup", a.EnterFields("viewer").With(name, over(limits[name], "x")), name)
		}
		a.MustHaveMembers("nobody entered")
	})
	t.Run("a page of the longest rows is whole", func(t *testing.T) {
		c := client.New(t, server)
		link := filled("http://x.example/", "x", urlLimit)
		const rows = 20
		client.Together(t, rows, func(int) error {
			a := c.NewAnchor()
			f := a.Fields().With("userinfo", client.Fields{"headpic": link, "frontcover": link})
			if err := c.MustTry("RequestLVBAddr", f); err != nil {
				return err
			}
			return c.MustTry("ChangeStatus", client.Fields{"userid": a.ID, "status": 0})
		})
		if p := c.List(client.FlagLive, 1, rows); len(p.Rows) != rows {
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
