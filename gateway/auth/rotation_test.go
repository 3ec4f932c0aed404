package auth_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/auth/authtest"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/config"
)

const otherSecret = "ffffffffffffffffffffffffffffffff"

func jwksOf(t *testing.T, secret string) string {
	return string(authtest.JWKS(t, authtest.JWK(t, "k", []byte(secret))))
}

func TestKeysInFilesAreRotatedWhileTheProcessRuns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	for name, test := range map[string]struct {
		config      auth.Config
		first, next string // what is in the file
	}{
		"a secret": {auth.Config{JWT: auth.JWTConfig{Key: config.Secret{File: path}}}, authtest.Secret + "\n", otherSecret + "\n"},
		"a JWKS":   {auth.Config{JWT: auth.JWTConfig{JWKS: path}}, jwksOf(t, authtest.Secret), jwksOf(t, otherSecret)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				write := func(content string) {
					if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
						t.Fatal(err)
					}
					<-time.After(2 * time.Second)
					synctest.Wait()
				}
				write(test.first)
				test.config.Mode = auth.Require
				g := newGate(t, test.config)
				defer run(t, g)()
				before := authtest.HS256(t, authtest.Claims("tom", now))
				after := authtest.Token(t, authtest.Object{"alg": "HS256"}, authtest.Claims("tom", now), []byte(otherSecret))
				must := func(when, token string, allowed bool) {
					t.Helper()
					if _, err := g.admit(t, auth.Known, sent{fields: map[string]any{"token": token}}); (err == nil) != allowed {
						t.Errorf("%s: %v", when, err)
					}
				}
				must("at first, the old key", before, true)
				must("at first, the new key", after, false)
				write("short")
				must("while the file is broken, the old key", before, true)
				write(test.next)
				must("then, the old key", before, false)
				must("then, the new key", after, true)
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
				<-time.After(2 * time.Second)
				must("without a file, the new key", after, true)
			})
		})
	}
}

func TestAUserSigsKeyIsRotatedToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(path, []byte(otherSecret), 0o600); err != nil {
			t.Fatal(err)
		}
		c := auth.Config{Mode: auth.Require, UserSigAppID: "1400000000", UserSigKey: config.Secret{File: path}}
		g := newGate(t, c)
		defer run(t, g)()
		s := sent{fields: map[string]any{"usersig": tomsUserSig}}
		if _, err := g.admit(t, auth.Known, s); err == nil {
			t.Error("taken under another key")
		}
		if err := os.WriteFile(path, []byte(everything("").UserSigKey.Value), 0o600); err != nil {
			t.Fatal(err)
		}
		<-time.After(2 * time.Second)
		synctest.Wait()
		if caller, err := g.admit(t, auth.Known, s); err != nil || caller.User != "tom" {
			t.Errorf("under its own key: %+v, %v", caller, err)
		}
	})
}

// A client is not to blame for keys that were never there.
func TestWithoutKeysNobodyIsAccused(t *testing.T) {
	g := newGate(t, auth.Config{Mode: auth.Require, JWT: auth.JWTConfig{JWKS: "http://127.0.0.1:1/jwks"}})
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()
	s := sent{fields: map[string]any{"token": token(t, "tom")}}
	if _, err := g.admit(t, auth.Known, s); apierr.CodeOf(err) != apierr.Unavailable {
		t.Errorf("got %v", err)
	}
	if _, err := g.admit(t, auth.Known, sent{}); apierr.CodeOf(err) != apierr.Denied {
		t.Errorf("without a proof: %v", err)
	}
	end()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// run runs the gate until the function it returns is called.
func run(t *testing.T, g gate) (stop func()) {
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()
	return func() {
		end()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}
