package signing_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/services/signing"
)

func TestTheDefaultsAreGood(t *testing.T) {
	config := defaults()
	if err := config.Check(); err != nil {
		t.Fatalf("Check: %v", err)
	}
	if config.PushTTL != 24*time.Hour || config.PlayTTL != 24*time.Hour || config.COSTTL != 10*time.Minute {
		t.Errorf("times to live %s, %s and %s", config.PushTTL, config.PlayTTL, config.COSTTL)
	}
}

func TestABadValueIsNamed(t *testing.T) {
	folder := t.TempDir()
	empty := filepath.Join(folder, "empty")
	if err := os.WriteFile(empty, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(folder, "missing")
	for _, bad := range []struct {
		key string
		set func(*signing.Config)
	}{
		{"bizid", func(c *signing.Config) { c.BizID = "88_88" }},
		{"bizid", func(c *signing.Config) { c.BizID = "ABC" }},
		{"bizid", func(c *signing.Config) { c.BizID = "8888\n" }},
		{"bizid", func(c *signing.Config) { c.BizID = "8888&x=1" }},
		{"bizid", func(c *signing.Config) { c.BizID = strings.Repeat("8", 33) }},
		{"push_domain", func(c *signing.Config) { c.PushDomain = "rtmp://push.example.com" }},
		{"push_domain", func(c *signing.Config) { c.PushDomain = "push.example.com/live?" }},
		{"play_domain", func(c *signing.Config) { c.PlayDomain = "user@play.example.com" }},
		{"play_domain", func(c *signing.Config) { c.PlayDomain = "-" }},
		{"push_ttl", func(c *signing.Config) { c.PushTTL = 0 }},
		{"play_ttl", func(c *signing.Config) { c.PlayTTL = -1 }},
		{"cos_ttl", func(c *signing.Config) { c.COSTTL = 0 }},
		{"ledger_retention", func(c *signing.Config) { c.LedgerRetention = 0 }},
		{"cos_appid", func(c *signing.Config) { c.COSAppID = "12x" }},
		{"cos_bucket", func(c *signing.Config) { c.COSBucket = "demo&b=other" }},
		{"cos_bucket", func(c *signing.Config) { c.COSBucket = "demo=" }},
		{"cos_secret_id", func(c *signing.Config) { c.COSSecretID.Value = "hush&k=other" }},
		{"push_key_file", func(c *signing.Config) { c.PushKey.File = missing }},
		{"play_key_file", func(c *signing.Config) { c.PlayKey.File = empty }},
		{"callback_key_file", func(c *signing.Config) { c.CallbackKey.File = folder }},
		{"cos_secret_id_file", func(c *signing.Config) { c.COSSecretID.File = missing }},
		{"cos_secret_key_file", func(c *signing.Config) { c.COSSecretKey.File = missing }},
	} {
		config := defaults()
		bad.set(&config)
		_, err := signing.New(config, nil, time.Now, slog.New(slog.DiscardHandler))
		if err == nil || !strings.HasPrefix(err.Error(), bad.key+": ") {
			t.Errorf("a bad %s is reported as: %v", bad.key, err)
		} else if strings.Contains(err.Error(), "hush") {
			t.Errorf("the error shows a secret: %v", err)
		}
	}
}

func TestAllBadValuesAreNamedAtOnce(t *testing.T) {
	config := defaults()
	config.BizID, config.PushTTL, config.PushKey.File = "?", 0, filepath.Join(t.TempDir(), "missing")
	err := config.Check()
	if err == nil {
		t.Fatal("Check found nothing")
	}
	for _, key := range []string{"bizid: ", "push_ttl: ", "push_key_file: "} {
		if !strings.Contains(err.Error(), key) {
			t.Errorf("%q does not name %s", err, key)
		}
	}
}
