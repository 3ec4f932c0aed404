package cases

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

func LevelOrder(t *testing.T, start client.Starter) {
	server := start(t, map[string]string{"XZB_MEMBER_ORDER": "level"})
	c := client.New(t, server)
	a := c.OnlineAnchor()
	for viewer, level := range map[string]any{"five": 5, "thirty": 30, "twelve": "12", "one": 1, "two": 2} {
		c.Must("EnterGroup", a.EnterFields(viewer).With("level", level))
	}
	a.MustHaveMembers("the highest level first", "thirty", "twelve", "five", "two", "one")
	a.Quit("twelve")
	a.MustHaveMembers("after one quit", "thirty", "five", "two", "one")
	if m := c.MembersOf(a.ID, a.Group, 2, 3); len(m.List) != 1 || m.List[0].UserID != "one" {
		t.Errorf("the second page of 3 has %v", m.IDs())
	}
}

// OtherSettings run with nothing as the Defaults have it.
func OtherSettings(t *testing.T, start client.Starter) {
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
		c := client.New(t, server)
		address := c.NewAnchor().Request()
		mustBePushURL(t, server, address)
		expires, err := client.CheckTxSecret(address.Query, "filepushkey", address.StreamID)
		if err != nil {
			t.Fatal(err)
		}
		if ttl := time.Until(expires); ttl < 59*time.Minute || ttl > 2*time.Hour {
			t.Errorf("good for %v, want an hour", ttl)
		}
	})
	t.Run("play URLs follow them", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		mustHavePlayURLs(t, server, a)
		u, err := client.ParseHTTP(a.Info().PlayURL)
		if err != nil {
			t.Fatal(err)
		}
		expires, err := client.CheckTxSecret(u.Query(), "otherplaykey", a.Stream)
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
		c := client.New(t, server)
		a := c.HiddenAnchor()
		client.NewPlatform(c).Push(a.Stream, "1", time.Now())
		a.MustBeListed("after a push event")
	})
	t.Run("the newest members come first", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		a.Enter("first", "second", "third")
		a.MustHaveMembers("the newest first", "third", "second", "first")
		a.Enter("first")
		a.MustHaveMembers("after the first entered again", "third", "second", "first")
		a.Quit("first")
		a.Enter("first")
		a.MustHaveMembers("after the first quit and came back", "first", "third", "second")
	})
}

func Unconfigured(t *testing.T, start client.Starter) {
	server := start(t, map[string]string{
		"XZB_PUSH_KEY": "", "XZB_PLAY_KEY": "", "XZB_CALLBACK_KEY": "", "XZB_CALLBACK_UNSIGNED": "true",
		"XZB_COS_APPID": "", "XZB_COS_BUCKET": "", "XZB_COS_SECRET_ID": "", "XZB_COS_SECRET_KEY": "",
	})
	t.Run("without a push key the push URL is not signed", func(t *testing.T) {
		c := client.New(t, server)
		mustBePushURL(t, server, c.NewAnchor().Request())
	})
	t.Run("without a play key play URLs are not signed", func(t *testing.T) {
		c := client.New(t, server)
		mustHavePlayURLs(t, server, c.OnlineAnchor())
	})
	t.Run("without COS GetCOSSign is 4000 and says so", func(t *testing.T) {
		c := client.New(t, server)
		r := c.Refuses(client.CodeInternal, "GetCOSSign", nil)
		if message := strings.ToLower(r.Message); !strings.Contains(message, "configured") {
			t.Errorf("the message is %q", r.Message)
		}
	})
	t.Run("without a callback key events need no sign, if they are asked for unsigned", func(t *testing.T) {
		c := client.New(t, server)
		a := c.HiddenAnchor()
		p := client.NewPlatform(c)
		p.Push(a.Stream, "1", time.Now())
		a.MustBeListed("after an event without a sign")
		p.Interrupt(a.Stream, "1", time.Now())
		a.MustBeHidden("after an interrupt without a sign")
	})
	t.Run("without both every event is 403 and changes nothing", func(t *testing.T) {
		c := client.New(t, start(t, map[string]string{"XZB_CALLBACK_KEY": ""}))
		a := c.HiddenAnchor()
		p := client.NewPlatform(c)
		push := client.StreamEvent(client.EventPush, a.Stream, "1", time.Now())
		p.Answers(http.StatusForbidden, client.EncodeJSON(push))
		p.Answers(http.StatusForbidden, client.EncodeJSON(push.With("t", time.Now().Add(time.Minute).Unix()).With("sign", client.HexMD5("", "1"))))
		a.MustBeHidden("after events that nothing can verify")
	})
	t.Run("everything else works", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		a.Enter("viewer")
		a.Like(1)
		a.MustHave("without any key", 1, 1)
		a.MustBeListed("without any key")
	})
}
