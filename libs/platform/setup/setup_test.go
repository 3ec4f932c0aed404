package setup_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/platform/platformtest"
	"xiaozhibo.dev/libs/platform/setup"
	"xiaozhibo.dev/libs/telemetry"
)

func defaults() setup.Config {
	var c setup.Config
	c.RegisterFlags(flag.NewFlagSet("", flag.ContinueOnError))
	return c
}

func tencent() setup.Config {
	c := defaults()
	c.Kind, c.Domain = setup.Tencent, "push.example.com:1935"
	c.SecretID, c.SecretKey = config.Secret{Value: "AKIDEXAMPLE"}, config.Secret{Value: "HUSH"}
	return c
}

func TestOffIsTheDefaultAndNeedsNothing(t *testing.T) {
	if c := defaults(); c.On() || c.Check() != nil {
		t.Errorf("on %t, %v", c.On(), c.Check())
	}
}

func TestEveryBadKeyIsNamed(t *testing.T) {
	for want, set := range map[string]func(*setup.Config){
		"":                            func(*setup.Config) {},
		"platform: must be":           func(c *setup.Config) { c.Kind = "nginx" },
		"platform: tencent":           func(c *setup.Config) { c.Domain = "" },
		"platform_url: must be set":   func(c *setup.Config) { c.Kind = setup.SRS },
		"platform_url: is not":        func(c *setup.Config) { c.URL = "live.tencentcloudapi.com" },
		"platform_url: must have no ": func(c *setup.Config) { c.URL = "http://admin:HUSH@srs:1985" },
		"platform_secret_id: with":    func(c *setup.Config) { c.SecretID = config.Secret{} },
		"platform_secret_id: media":   func(c *setup.Config) { c.Kind, c.URL = setup.Media, "http://media:8088" },
		"platform_secret_key: ":       func(c *setup.Config) { c.SecretKey = config.Secret{File: filepath.Join(t.TempDir(), "missing")} },
		"platform_app: ":              func(c *setup.Config) { c.App = "" },
		"platform_budget: 0":          func(c *setup.Config) { c.Budget = 0 },
		"platform_budget: 101":        func(c *setup.Config) { c.Budget = 101 },
	} {
		c := tencent()
		set(&c)
		err := c.Check()
		if got := fmt.Sprint(err); want == "" && err != nil || !strings.Contains(got, want) || strings.Contains(got, "HUSH") {
			t.Errorf("%q: %v", want, err)
		}
	}
}

// A key that is replaced in its file signs the next question.
func TestTheKeyIsReadAnew(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	c := tencent()
	c.SecretKey = config.Secret{File: file}
	fake := &platformtest.Tencent{Streams: &platformtest.Streams{}, Domain: "push.example.com", ID: "AKIDEXAMPLE", Key: "NEW", Now: time.Now}
	p, err := setup.New(c, platformtest.Transport{Handler: fake}, time.Now, telemetry.Discard().Meter)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"OLD", "NEW"} {
		if err := os.WriteFile(file, []byte(key+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Online(t.Context()); (err == nil) != (key == "NEW") {
			t.Errorf("with the key %s: %v", key, err)
		}
	}
}

func TestEachKindIsAskedInItsWay(t *testing.T) {
	for kind, want := range map[string]string{setup.SRS: "/api/v1/streams/", setup.Media: "/streams"} {
		c := defaults()
		c.Kind, c.URL = kind, "http://host:1"
		if err := c.Check(); err != nil {
			t.Fatal(err)
		}
		var asked string
		handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked = r.URL.Path })
		p, err := setup.New(c, platformtest.Transport{Handler: handler}, time.Now, telemetry.Discard().Meter)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Online(t.Context()); err == nil || asked != want {
			t.Errorf("%s is asked for %s, %v", kind, asked, err)
		}
	}
}
