package auth_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/auth/authtest"
	"xiaozhibo.dev/libs/config"
)

func TestAnOperatorsTokenNamesWhoItIs(t *testing.T) {
	now := time.Now()
	c := auth.AdminConfig{JWT: auth.JWTConfig{Key: config.Secret{Value: authtest.Secret}, Audience: config.StringList{"admin"}}}
	if err := c.Check(&auth.Config{}); err != nil {
		t.Fatal(err)
	}
	tokens, err := auth.NewAdmin(c, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	claims := authtest.Claims("alice", now).With("aud", "admin")
	if subject, err := tokens.Verify(t.Context(), authtest.HS256(t, claims)); err != nil || subject != "alice" {
		t.Errorf("a good one: %q, %v", subject, err)
	}
	for name, bad := range map[string]string{
		"expired":              authtest.HS256(t, claims.With("exp", now.Add(-time.Hour).Unix())),
		"for another audience": authtest.HS256(t, claims.With("aud", "app")),
		"without an audience":  authtest.HS256(t, claims.Without("aud")),
		"without an expiry":    authtest.HS256(t, claims.Without("exp")),
		"without a sub":        authtest.HS256(t, claims.Without("sub")),
		"no token":             "sixteen-and-more",
	} {
		if subject, err := tokens.Verify(t.Context(), bad); err == nil {
			t.Errorf("%s: %q is heard", name, subject)
		}
	}
}

func TestWhatMakesAClientKnownMakesNobodyAnOperator(t *testing.T) {
	key := config.Secret{Value: authtest.Secret}
	for want, jwt := range map[string]auth.JWTConfig{
		"admin_jwt_key: must not be auth_jwt_key": {Key: key},
		"admin_jwt_audience: must be set":         {JWKS: "https://id.example.com/jwks.json"},
		"admin_jwt_key: ":                         {Key: config.Secret{Value: "short"}},
		"admin_jwt_issuer":                        {Issuer: "me"},
	} {
		c := auth.AdminConfig{JWT: jwt}
		if err := c.Check(&auth.Config{JWT: auth.JWTConfig{Key: key}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %s", c, err, want)
		}
	}
}
