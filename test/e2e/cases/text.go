package cases

import (
	"strings"
	"testing"

	"xiaozhibo.dev/test/e2e/client"
)

func Text(t *testing.T, server client.Server) {
	t.Run("a body that is not UTF-8 is 4001", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		for name, bad := range map[string]string{
			"a lone continuation byte": "\x80", "a byte that never occurs": "\xff", "a cut character": "\xe4\xb8",
			"an overlong slash": "\xc0\xaf", "a surrogate": "\xed\xa0\x80", "beyond Unicode": "\xf4\x90\x80\x80", "GBK": "\xd6\xd0\xce\xc4",
		} {
			for _, body := range []string{
				`{"Action":"GetUserInfo","type":0,"userid":"` + a.ID + bad + `"}`,
				`{"Action":"GetUserInfo","type":0,"userid":"` + a.ID + `","x":"` + bad + `"}`,
				`{"Action":"GetUserInfo","type":0,"userid":"` + a.ID + `","` + bad + `":1}`,
			} {
				if r := c.AnswersRaw(client.CodeBadBody, []byte(body)); r.Code != client.CodeBadBody {
					t.Errorf("that was %s", name)
				}
			}
		}
		c.AnswersRaw(client.CodeBadBody, []byte("{\x00\"\x00A\x00c\x00t\x00i\x00o\x00n\x00\"\x00:\x001\x00}\x00")) // UTF-16
	})
	t.Run("a lone surrogate is never taken for a character", func(t *testing.T) { loneSurrogates(t, server) })
	t.Run("a pair of surrogates is one character", func(t *testing.T) {
		c := client.New(t, server)
		prefix := client.NewID("pair")
		a := c.AnchorNamed(prefix + "😀")
		a.Request()
		r := c.AnswersRaw(client.CodeDone, []byte(`{"Action":"GetUserInfo","type":0,"userid":"`+prefix+`\ud83d\uDE00"}`))
		if got := c.RowOf(r).UserID; got != a.ID {
			t.Errorf("got %q, want %q", got, a.ID)
		}
	})
	t.Run("escapes spell the same text", func(t *testing.T) {
		c := client.New(t, server)
		prefix := client.NewID("escape")
		a := c.AnchorNamed(prefix + "/中a\"\\")
		a.Request()
		for _, spelt := range []string{`\/\u4e2d\u0061\"\\`, `/\u4E2Da\u0022\u005c`} {
			c.AnswersRaw(client.CodeDone, []byte(`{"Action":"GetUserInfo","type":0,"\u0075serid":"`+prefix+spelt+`"}`))
		}
	})
	t.Run("texts come back as they were sent", func(t *testing.T) { textsComeBack(t, server) })
	t.Run("nothing is escaped for HTML", func(t *testing.T) {
		c := client.New(t, server)
		a := c.NewAnchor()
		a.Title = `<b>Tom & Jerry</b>`
		a.Request()
		body := c.Must("GetUserInfo", client.Fields{"userid": a.ID, "type": 0}).Body
		if !strings.Contains(body, a.Title) {
			t.Errorf("%s does not hold %s", body, a.Title)
		}
		if !strings.Contains(body, "&txTime=") && c.Server.Setting("XZB_PLAY_KEY") != "" {
			t.Errorf("%s has no & in its URLs", body)
		}
	})
	t.Run("absent and null optional texts are empty", func(t *testing.T) { optionalTexts(t, server) })
	t.Run("ids are taken as they are, never trimmed or folded", func(t *testing.T) { idsAsTheyAre(t, server) })
}

func loneSurrogates(t *testing.T, server client.Server) {
	c := client.New(t, server)
	prefix := client.NewID("lone")
	for _, lone := range []string{`\ud800`, `\udc00`, `\uDFFF`, `\ud83dx`, `\ud83d\ud83d`, `\ude00\ud83d`} {
		for _, body := range []string{
			`{"Action":"RequestLVBAddr","title":"t","groupid":"g","userid":"` + prefix + lone + `"}`,
			`{"Action":"RequestLVBAddr","title":"t","groupid":"` + lone + `","userid":"` + prefix + `"}`,
		} {
			r, err := c.PostRaw([]byte(body))
			if err != nil {
				t.Fatalf("%s: %v", body, err)
			}
			if r.Code != client.CodeBadBody && r.Code != client.CodeBadParameter {
				t.Errorf("%s: got %d, want %d or %d", body, r.Code, client.CodeBadBody, client.CodeBadParameter)
			}
		}
	}
	c.Refuses(client.CodeNotFound, "GetUserInfo", client.Fields{"userid": prefix, "type": 0})
	c.Refuses(client.CodeNotFound, "GetUserInfo", client.Fields{"userid": prefix + "\ufffd", "type": 0})
}

func textsComeBack(t *testing.T, server client.Server) {
	c := client.New(t, server)
	for _, text := range []string{
		"直播", "😀👩‍👩‍👧", `"quoted" 'too' \back\`, "</script><script>", "a&b=c", "  spaces  ", "line\nbreak\ttab",
		"%00%2f%s%d", "null", "0", "\u2028\u2029", "e\u0301", "'; DROP TABLE rooms; --",
	} {
		a := c.NewAnchor()
		f := a.Fields().With("title", text).With("userinfo", client.Fields{
			"nickname": text, "headpic": text, "frontcover": text, "location": text, "desc": text,
		})
		a.RequestWith(f)
		got := a.Info()
		if got.Title != text || got.User != (client.UserInfo{Nickname: text, HeadPic: text, FrontCover: text, Location: text}) || got.Desc != text {
			t.Errorf("%q came back as %+v", text, got)
		}
		a.C.Must("EnterGroup", a.EnterFields("viewer").With("nickname", text).With("headpic", text))
		if m := a.Members(); len(m.List) != 1 || m.List[0] != (client.Member{UserID: "viewer", Nickname: text, HeadPic: text}) {
			t.Errorf("%q came back as %+v", text, m)
		}
	}
}

func optionalTexts(t *testing.T, server client.Server) {
	c := client.New(t, server)
	absent := client.Fields{}
	empty := client.Fields{"nickname": "", "headpic": "", "frontcover": "", "location": "", "desc": ""}
	null := client.Fields{"nickname": nil, "headpic": nil, "frontcover": nil, "location": nil, "desc": nil}
	for name, userinfo := range map[string]client.Fields{"absent": absent, "empty": empty, "null": null} {
		a := c.NewAnchor()
		a.RequestWith(a.Fields().With("userinfo", userinfo))
		if got := a.Info(); got.User != (client.UserInfo{}) || got.Desc != "" {
			t.Errorf("%s: userinfo %+v and desc %q, want them empty", name, got.User, got.Desc)
		}
	}
	a := c.NewAnchor()
	a.RequestWith(a.Fields().Without("userinfo"))
	if got := a.Info(); got.User != (client.UserInfo{}) || got.Desc != "" {
		t.Errorf("without userinfo: %+v and desc %q, want them empty", got.User, got.Desc)
	}
	c.Must("EnterGroup", a.EnterFields("absent").Without("nickname").Without("headpic"))
	c.Must("EnterGroup", a.EnterFields("null").With("nickname", nil).With("headpic", nil))
	for _, m := range a.Members().List {
		if m.Nickname != "" || m.HeadPic != "" {
			t.Errorf("member %+v, want empty texts", m)
		}
	}
	a.GoOnline()
	c.Must("ChangeCount", a.LikeFields().Without("fileid"))
	c.Must("ChangeCount", a.LikeFields().With("fileid", nil))
	a.MustHave("after likes without fileid", 2, 2)
}

func idsAsTheyAre(t *testing.T, server client.Server) {
	c := client.New(t, server)
	id := client.NewID("Asis")
	anchors := map[string]*client.Anchor{}
	for _, variant := range []string{
		id, " " + id, id + " ", strings.ToUpper(id), strings.ToLower(id), id + "é", id + "e\u0301", id + "\u200b",
		id + "%20", id + "+", id + "\u00a0", id + "\ufeff", "\ufeff" + id, id + "\u3000",
	} {
		a := c.AnchorNamed(variant)
		a.Group = variant
		a.Title = "title of " + variant
		a.Request()
		a.Enter(variant)
		anchors[variant] = a
	}
	for variant, a := range anchors {
		if got := a.Info(); got.UserID != variant || got.GroupID != variant || got.Title != a.Title {
			t.Errorf("%q: got the room of %q in %q", variant, got.UserID, got.GroupID)
		}
		a.MustHaveMembers("each in the room of the same name", variant)
	}
	c.Refuses(client.CodeNotFound, "GetUserInfo", client.Fields{"userid": id + "  ", "type": 0})
}
