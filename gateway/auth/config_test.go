package auth_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/auth/authtest"
	"xiaozhibo.dev/libs/config"
)

func TestAConfigurationThatProvesNothingIsRefusedByName(t *testing.T) {
	file := func(content string) string {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	short := config.Secret{Value: "hunter2"}
	for name, test := range map[string]struct {
		spoil func(*auth.Config)
		says  string // "" if it is good
	}{
		"everything":          {func(*auth.Config) {}, ""},
		"off, and nothing":    {func(c *auth.Config) { *c = auth.Config{Mode: auth.Off} }, ""},
		"nothing, required":   {func(c *auth.Config) { *c = auth.Config{Mode: auth.Require} }, "auth: require needs something that proves"},
		"nothing, observed":   {func(c *auth.Config) { *c = auth.Config{Mode: auth.Observe} }, "auth: observe needs something that proves"},
		"another mode":        {func(c *auth.Config) { c.Mode = "on" }, "auth: must be off, observe or require"},
		"a short secret":      {func(c *auth.Config) { c.JWT.Key = short }, "auth_jwt_key: an HS256 secret of 7 bytes"},
		"a short secret file": {func(c *auth.Config) { c.JWT.Key = config.Secret{File: file("hunter2\n")} }, "auth_jwt_key: an HS256 secret of 7 bytes"},
		"no secret file":      {func(c *auth.Config) { c.JWT.Key = config.Secret{File: "/no/such"} }, "no such file"},
		"a URL of keys":       {func(c *auth.Config) { c.JWT.JWKS = "https://id.example.com/jwks" }, ""},
		"a URL of nobody":     {func(c *auth.Config) { c.JWT.JWKS = "https:///jwks" }, "auth_jwks: is no URL"},
		"a file of keys": {func(c *auth.Config) {
			c.JWT.JWKS = file(string(authtest.JWKS(t, authtest.JWK(t, "", []byte(authtest.Secret)))))
		}, ""},
		"no file of keys":     {func(c *auth.Config) { c.JWT.JWKS = "/no/such" }, "auth_jwks: "},
		"a file of no keys":   {func(c *auth.Config) { c.JWT.JWKS = file(`{"keys":[]}`) }, "has no key that can be used"},
		"an issuer, no JWT":   {func(c *auth.Config) { c.JWT.Key = config.Secret{}; c.JWT.Issuer = "us" }, "auth_jwt_issuer: "},
		"an audience, no JWT": {func(c *auth.Config) { c.JWT.Key = config.Secret{}; c.JWT.Audience = []string{"us"} }, "auth_jwt_issuer: "},
		"an app, no key":      {func(c *auth.Config) { c.UserSigKey = config.Secret{} }, "auth_usersig_appid and auth_usersig_key must be set together"},
		"a key, no app":       {func(c *auth.Config) { c.UserSigAppID = "" }, "auth_usersig_appid and auth_usersig_key must be set together"},
		"an app by name":      {func(c *auth.Config) { c.UserSigAppID = "live" }, `auth_usersig_appid: "live" is not a number`},
		"a short key":         {func(c *auth.Config) { c.UserSigKey = short }, "auth_usersig_key: a key of 7 bytes"},
		"a header's text":     {func(c *auth.Config) { c.Header = "X-User: tom" }, "auth_header: "},
	} {
		c := everything(auth.Require)
		test.spoil(&c)
		err := c.Check(true)
		if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, want %q", name, err, test.says)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v shows the secret", name, err)
		}
	}
	c := everything(auth.Off)
	if err := c.Check(false); err == nil || !strings.Contains(err.Error(), "auth_header: trusted_proxies must be set") {
		t.Errorf("a header, and nobody to believe: %v", err)
	}
}

func TestByDefaultNobodyIsAsked(t *testing.T) {
	var c auth.Config
	c.RegisterFlags(flag.NewFlagSet("", flag.ContinueOnError))
	if c.Mode != auth.Off || c.Reads || c.Check(false) != nil {
		t.Errorf("%+v", c)
	}
}
