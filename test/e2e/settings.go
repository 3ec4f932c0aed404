package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func levelOrderCases(t *testing.T, start Starter) {
	server := start(t, map[string]string{"XZB_MEMBER_ORDER": "level"})
	c := newClient(t, server)
	a := c.onlineAnchor()
	for viewer, level := range map[string]any{"five": 5, "thirty": 30, "twelve": "12", "one": 1, "two": 2} {
		c.must("EnterGroup", a.enterFields(viewer).with("level", level))
	}
	a.mustHaveMembers("the highest level first", "thirty", "twelve", "five", "two", "one")
	a.quit("twelve")
	a.mustHaveMembers("after one quit", "thirty", "five", "two", "one")
	if m := c.membersOf(a.id, a.group, 2, 3); len(m.List) != 1 || m.List[0].UserID != "one" {
		t.Errorf("the second page of 3 has %v", m.ids())
	}
}

// otherSettingsCases run with nothing as the Defaults have it.
func otherSettingsCases(t *testing.T, start Starter) {
	secret := filepath.Join(t.TempDir(), "push-key")
	if err := os.WriteFile(secret, []byte("filepushkey\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	server := start(t, map[string]string{
		"XZB_MEMBER_ORDER": "newest", "XZB_BIZID": "4242",
		"XZB_PUSH_DOMAIN": "push.example", "XZB_PLAY_DOMAIN": "play.example",
		"XZB_PUSH_KEY": "", "XZB_PUSH_KEY_FILE": secret, "XZB_PUSH_TTL": "1h",
		"XZB_PLAY_KEY": "otherplaykey", "XZB_PLAY_TTL": "30m", "XZB_CALLBACK_KEY": "othercallbackkey",
		"XZB_COS_APPID": "1260000000", "XZB_COS_BUCKET": "other", "XZB_COS_SECRET_ID": "AKIDOTHER",
		"XZB_COS_SECRET_KEY": "SECRETOTHER", "XZB_COS_TTL": "1m",
	})
	t.Run("push URLs follow them", func(t *testing.T) {
		c := newClient(t, server)
		address := c.newAnchor().request()
		mustBePushURL(t, server, address)
		expires, err := checkTxSecret(address.Query, "filepushkey", address.StreamID)
		if err != nil {
			t.Fatal(err)
		}
		if ttl := time.Until(expires); ttl < 59*time.Minute || ttl > 2*time.Hour {
			t.Errorf("good for %v, want an hour", ttl)
		}
	})
	t.Run("play URLs follow them", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		mustHavePlayURLs(t, server, a)
		u, err := parseHTTP(a.info().PlayURL)
		if err != nil {
			t.Fatal(err)
		}
		expires, err := checkTxSecret(u.Query(), "otherplaykey", a.stream)
		if err != nil {
			t.Fatal(err)
		}
		if ttl := time.Until(expires); ttl > 2*time.Hour {
			t.Errorf("good for %v, want half an hour", ttl)
		}
	})
	t.Run("COS signatures follow them", func(t *testing.T) {
		if got := cosSign(t, server); got.Expires.Sub(got.Signed) != time.Minute {
			t.Errorf("good for %v, want a minute", got.Expires.Sub(got.Signed))
		}
	})
	t.Run("events follow them", func(t *testing.T) {
		c := newClient(t, server)
		a := c.hiddenAnchor()
		newPlatform(c).push(a.stream, "1", time.Now())
		a.mustBeListed("after a push event")
	})
	t.Run("the newest members come first", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		a.enter("first", "second", "third")
		a.mustHaveMembers("the newest first", "third", "second", "first")
		a.enter("first")
		a.mustHaveMembers("after the first entered again", "third", "second", "first")
		a.quit("first")
		a.enter("first")
		a.mustHaveMembers("after the first quit and came back", "first", "third", "second")
	})
}

func unconfiguredCases(t *testing.T, start Starter) {
	server := start(t, map[string]string{
		"XZB_PUSH_KEY": "", "XZB_PLAY_KEY": "", "XZB_CALLBACK_KEY": "", "XZB_CALLBACK_UNSIGNED": "true",
		"XZB_COS_APPID": "", "XZB_COS_BUCKET": "", "XZB_COS_SECRET_ID": "", "XZB_COS_SECRET_KEY": "",
	})
	t.Run("without a push key the push URL is not signed", func(t *testing.T) {
		c := newClient(t, server)
		mustBePushURL(t, server, c.newAnchor().request())
	})
	t.Run("without a play key play URLs are not signed", func(t *testing.T) {
		c := newClient(t, server)
		mustHavePlayURLs(t, server, c.onlineAnchor())
	})
	t.Run("without COS GetCOSSign is 4000 and says so", func(t *testing.T) {
		c := newClient(t, server)
		r := c.refuses(codeInternal, "GetCOSSign", nil)
		if message := strings.ToLower(r.Message); !strings.Contains(message, "configured") {
			t.Errorf("the message is %q", r.Message)
		}
	})
	t.Run("without a callback key events need no sign, if they are asked for unsigned", func(t *testing.T) {
		c := newClient(t, server)
		a := c.hiddenAnchor()
		p := newPlatform(c)
		p.push(a.stream, "1", time.Now())
		a.mustBeListed("after an event without a sign")
		p.interrupt(a.stream, "1", time.Now())
		a.mustBeHidden("after an interrupt without a sign")
	})
	t.Run("without both every event is 403 and changes nothing", func(t *testing.T) {
		c := newClient(t, start(t, map[string]string{"XZB_CALLBACK_KEY": ""}))
		a := c.hiddenAnchor()
		p := newPlatform(c)
		push := streamEvent(eventPush, a.stream, "1", time.Now())
		p.answers(http.StatusForbidden, encodeJSON(push))
		p.answers(http.StatusForbidden, encodeJSON(push.with("t", time.Now().Add(time.Minute).Unix()).with("sign", hexMD5("", "1"))))
		a.mustBeHidden("after events that nothing can verify")
	})
	t.Run("everything else works", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		a.enter("viewer")
		a.like(1)
		a.mustHave("without any key", 1, 1)
		a.mustBeListed("without any key")
	})
}
