package access_test

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/services/media/access"
)

func newKey(t *testing.T, source config.Secret) *access.Key {
	t.Helper()
	key, err := access.NewKey("push_key", source, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestAURLIsGoodUntilItsTime(t *testing.T) {
	key := newKey(t, config.Secret{Value: "testpushkey"})
	const stream, secret, expires = "8888_tom_qq_1_a", "4d089f3cb10f5bbe3879a1e2067a8a02", "58372C30"
	at := func(unix int64) time.Time { return time.Unix(unix, 0) }
	for name, one := range map[string]struct {
		stream, secret, expires string
		now                     time.Time
		want                    error
	}{
		"good":           {stream, secret, expires, at(1480010800), nil},
		"in capitals":    {stream, "4D089F3CB10F5BBE3879A1E2067A8A02", expires, at(1480010800), nil},
		"a second late":  {stream, secret, expires, at(1480010801), access.ErrExpired},
		"another stream": {"8888_tim", secret, expires, at(0), access.ErrSignature},
		"another time":   {stream, secret, "68372C30", at(0), access.ErrSignature},
		"no secret":      {stream, "", expires, at(0), access.ErrSignature},
		"no time":        {stream, secret, "", at(0), access.ErrSignature},
	} {
		if err := key.Verify(one.stream, one.secret, one.expires, one.now); !errors.Is(err, one.want) {
			t.Errorf("%s: %v, want %v", name, err, one.want)
		}
	}
}

func TestWithoutAKeyEveryURLIsGood(t *testing.T) {
	if err := newKey(t, config.Secret{}).Verify("8888_tom", "", "", time.Now()); err != nil {
		t.Error(err)
	}
}

func TestURLsOfTheKeyBeforeStayGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "key")
		write := func(text string) {
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write("testpushkey\n")
		key := newKey(t, config.Secret{File: file})
		verify := func() error {
			return key.Verify("8888_tom_qq_1_a", "4d089f3cb10f5bbe3879a1e2067a8a02", "58372C30", time.Unix(1480000000, 0))
		}
		for _, text := range []string{"testpushkey\n", "another\n"} {
			write(text)
			<-time.After(2 * time.Second) // of the test's own clock
			if err := verify(); err != nil {
				t.Errorf("with %q: %v", text, err)
			}
		}
		write("a third\n")
		<-time.After(2 * time.Second)
		if err := verify(); !errors.Is(err, access.ErrSignature) {
			t.Errorf("two keys later: %v", err)
		}
	})
}

func TestABanHoldsUntilItsTimeAndOverARestart(t *testing.T) {
	dir, now := t.TempDir(), time.Unix(1480000000, 0)
	clock := func() time.Time { return now }
	open := func() *access.Forbidden {
		f, err := access.OpenForbidden(dir, clock)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	if err := open().Set(access.Ban{StreamID: "8888_tom", Until: 1480000060, Reason: "spam"}); err != nil {
		t.Fatal(err)
	}
	again := open()
	if err := again.Check("8888_tom"); !errors.Is(err, access.ErrForbidden) || again.Check("8888_tim") != nil {
		t.Errorf("the ban: %v", err)
	}
	if bans := again.List(); len(bans) != 1 || bans[0].Reason != "spam" {
		t.Errorf("the list is %+v", bans)
	}
	now = time.Unix(1480000060, 0)
	if err := again.Check("8888_tom"); err != nil || len(again.List()) != 0 {
		t.Errorf("after its time: %v, %v", err, again.List())
	}
}
