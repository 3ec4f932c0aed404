package e2e

import (
	"strings"
	"testing"
)

func textCases(t *testing.T, server Server) {
	t.Run("a body that is not UTF-8 is 4001", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		for name, bad := range map[string]string{
			"a lone continuation byte": "\x80", "a byte that never occurs": "\xff", "a cut character": "\xe4\xb8",
			"an overlong slash": "\xc0\xaf", "a surrogate": "\xed\xa0\x80", "beyond Unicode": "\xf4\x90\x80\x80", "GBK": "\xd6\xd0\xce\xc4",
		} {
			for _, body := range []string{
				`{"Action":"GetUserInfo","type":0,"userid":"` + a.id + bad + `"}`,
				`{"Action":"GetUserInfo","type":0,"userid":"` + a.id + `","x":"` + bad + `"}`,
				`{"Action":"GetUserInfo","type":0,"userid":"` + a.id + `","` + bad + `":1}`,
			} {
				if r := c.answersRaw(codeBadBody, []byte(body)); r.Code != codeBadBody {
					t.Errorf("that was %s", name)
				}
			}
		}
		c.answersRaw(codeBadBody, []byte("{\x00\"\x00A\x00c\x00t\x00i\x00o\x00n\x00\"\x00:\x001\x00}\x00")) // UTF-16
	})
	t.Run("a lone surrogate is never taken for a character", func(t *testing.T) { loneSurrogates(t, server) })
	t.Run("a pair of surrogates is one character", func(t *testing.T) {
		c := newClient(t, server)
		prefix := newID("pair")
		a := c.anchorNamed(prefix + "😀")
		a.request()
		r := c.answersRaw(codeDone, []byte(`{"Action":"GetUserInfo","type":0,"userid":"`+prefix+`\ud83d\uDE00"}`))
		if got := c.rowOf(r).UserID; got != a.id {
			t.Errorf("got %q, want %q", got, a.id)
		}
	})
	t.Run("escapes spell the same text", func(t *testing.T) {
		c := newClient(t, server)
		prefix := newID("escape")
		a := c.anchorNamed(prefix + "/中a\"\\")
		a.request()
		for _, spelt := range []string{`\/\u4e2d\u0061\"\\`, `/\u4E2Da\u0022\u005c`} {
			c.answersRaw(codeDone, []byte(`{"Action":"GetUserInfo","type":0,"\u0075serid":"`+prefix+spelt+`"}`))
		}
	})
	t.Run("texts come back as they were sent", func(t *testing.T) { textsComeBack(t, server) })
	t.Run("nothing is escaped for HTML", func(t *testing.T) {
		c := newClient(t, server)
		a := c.newAnchor()
		a.title = `<b>Tom & Jerry</b>`
		a.request()
		body := c.must("GetUserInfo", fields{"userid": a.id, "type": 0}).Body
		if !strings.Contains(body, a.title) {
			t.Errorf("%s does not hold %s", body, a.title)
		}
		if !strings.Contains(body, "&txTime=") && c.server.Setting("XZB_PLAY_KEY") != "" {
			t.Errorf("%s has no & in its URLs", body)
		}
	})
	t.Run("absent and null optional texts are empty", func(t *testing.T) { optionalTexts(t, server) })
	t.Run("ids are taken as they are, never trimmed or folded", func(t *testing.T) { idsAsTheyAre(t, server) })
}

func loneSurrogates(t *testing.T, server Server) {
	c := newClient(t, server)
	prefix := newID("lone")
	for _, lone := range []string{`\ud800`, `\udc00`, `\uDFFF`, `\ud83dx`, `\ud83d\ud83d`, `\ude00\ud83d`} {
		for _, body := range []string{
			`{"Action":"RequestLVBAddr","title":"t","groupid":"g","userid":"` + prefix + lone + `"}`,
			`{"Action":"RequestLVBAddr","title":"t","groupid":"` + lone + `","userid":"` + prefix + `"}`,
		} {
			r, err := c.postRaw([]byte(body))
			if err != nil {
				t.Fatalf("%s: %v", body, err)
			}
			if r.Code != codeBadBody && r.Code != codeBadParameter {
				t.Errorf("%s: got %d, want %d or %d", body, r.Code, codeBadBody, codeBadParameter)
			}
		}
	}
	c.refuses(codeNotFound, "GetUserInfo", fields{"userid": prefix, "type": 0})
	c.refuses(codeNotFound, "GetUserInfo", fields{"userid": prefix + "\ufffd", "type": 0})
}

func textsComeBack(t *testing.T, server Server) {
	c := newClient(t, server)
	for _, text := range []string{
		"直播", "😀👩‍👩‍👧", `"quoted" 'too' \back\`, "</script><script>", "a&b=c", "  spaces  ", "line\nbreak\ttab",
		"%00%2f%s%d", "null", "0", "\u2028\u2029", "e\u0301", "'; DROP TABLE rooms; --",
	} {
		a := c.newAnchor()
		f := a.fields().with("title", text).with("userinfo", fields{
			"nickname": text, "headpic": text, "frontcover": text, "location": text, "desc": text,
		})
		a.requestWith(f)
		got := a.info()
		if got.Title != text || got.User != (userInfo{Nickname: text, HeadPic: text, FrontCover: text, Location: text}) || got.Desc != text {
			t.Errorf("%q came back as %+v", text, got)
		}
		a.c.must("EnterGroup", a.enterFields("viewer").with("nickname", text).with("headpic", text))
		if m := a.members(); len(m.List) != 1 || m.List[0] != (member{UserID: "viewer", Nickname: text, HeadPic: text}) {
			t.Errorf("%q came back as %+v", text, m)
		}
	}
}

func optionalTexts(t *testing.T, server Server) {
	c := newClient(t, server)
	absent := fields{}
	empty := fields{"nickname": "", "headpic": "", "frontcover": "", "location": "", "desc": ""}
	null := fields{"nickname": nil, "headpic": nil, "frontcover": nil, "location": nil, "desc": nil}
	for name, userinfo := range map[string]fields{"absent": absent, "empty": empty, "null": null} {
		a := c.newAnchor()
		a.requestWith(a.fields().with("userinfo", userinfo))
		if got := a.info(); got.User != (userInfo{}) || got.Desc != "" {
			t.Errorf("%s: userinfo %+v and desc %q, want them empty", name, got.User, got.Desc)
		}
	}
	a := c.newAnchor()
	a.requestWith(a.fields().without("userinfo"))
	if got := a.info(); got.User != (userInfo{}) || got.Desc != "" {
		t.Errorf("without userinfo: %+v and desc %q, want them empty", got.User, got.Desc)
	}
	c.must("EnterGroup", a.enterFields("absent").without("nickname").without("headpic"))
	c.must("EnterGroup", a.enterFields("null").with("nickname", nil).with("headpic", nil))
	for _, m := range a.members().List {
		if m.Nickname != "" || m.HeadPic != "" {
			t.Errorf("member %+v, want empty texts", m)
		}
	}
	a.goOnline()
	c.must("ChangeCount", a.likeFields().without("fileid"))
	c.must("ChangeCount", a.likeFields().with("fileid", nil))
	a.mustHave("after likes without fileid", 2, 2)
}

func idsAsTheyAre(t *testing.T, server Server) {
	c := newClient(t, server)
	id := newID("Asis")
	anchors := map[string]*anchor{}
	for _, variant := range []string{
		id, " " + id, id + " ", strings.ToUpper(id), strings.ToLower(id), id + "é", id + "e\u0301", id + "\u200b",
		id + "%20", id + "+", id + "\u00a0", id + "\ufeff", "\ufeff" + id, id + "\u3000",
	} {
		a := c.anchorNamed(variant)
		a.group = variant
		a.title = "title of " + variant
		a.request()
		a.enter(variant)
		anchors[variant] = a
	}
	for variant, a := range anchors {
		if got := a.info(); got.UserID != variant || got.GroupID != variant || got.Title != a.title {
			t.Errorf("%q: got the room of %q in %q", variant, got.UserID, got.GroupID)
		}
		a.mustHaveMembers("each in the room of the same name", variant)
	}
	c.refuses(codeNotFound, "GetUserInfo", fields{"userid": id + "  ", "type": 0})
}
