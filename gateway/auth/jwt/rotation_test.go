package jwt_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"xiaozhibo.dev/gateway/auth/authtest"
	"xiaozhibo.dev/gateway/auth/jwks"
	"xiaozhibo.dev/gateway/auth/jwt"
	"xiaozhibo.dev/gateway/auth/proof"
	"xiaozhibo.dev/gateway/auth/reload"
)

func TestKeysBehindAURLAreFetchedWhenATokenNamesOneThatIsNotKnown(t *testing.T) {
	var published atomic.Pointer[[]byte] // nil is down
	publish := func(keys ...object) {
		set := authtest.JWKS(t, keys...)
		published.Store(&set)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if set := published.Load(); set != nil {
			_, _ = w.Write(*set)
			return
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer server.Close()
	keys := reload.New(reload.Options{Every: time.Hour, Retry: time.Hour}, jwks.Reader(server.URL), jwks.Parse, slog.New(slog.DiscardHandler))
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- keys.Run(ctx) }()
	v := &jwt.Verifier{Keys: []jwt.Keys{keys}, Patience: 10 * time.Second}
	by := func(id string, key any, algorithm string) string {
		return authtest.Token(t, object{"alg": algorithm, "kid": id}, authtest.Claims("tom", now), key)
	}
	must := func(when, token string, want error) {
		t.Helper()
		if user, err := verify(t.Context(), v, token, now); !errors.Is(err, want) || want == nil && user != "tom" {
			t.Errorf("%s: %q, %v, want %v", when, user, err, want)
		}
	}
	one, two := authtest.JWK(t, "one", ecKey), authtest.JWK(t, "two", edKey)

	must("nothing was ever published", by("one", ecKey, "ES256"), proof.ErrNoKeys)
	publish(one)
	must("the first token after the server came up", by("one", ecKey, "ES256"), nil)
	must("a key nobody has", by("two", edKey, "EdDSA"), proof.ErrUnknownKey)
	publish(one, two)
	must("the first token of a new key", by("two", edKey, "EdDSA"), nil)
	published.Store(nil)
	must("the server is down", by("two", edKey, "EdDSA"), nil)
	must("the server is down, a key nobody has", by("three", ecKey, "ES256"), proof.ErrUnknownKey)
	must("the server is still down", by("one", ecKey, "ES256"), nil)
	publish(two)
	must("the server is back, a key nobody has", by("three", ecKey, "ES256"), proof.ErrUnknownKey)
	must("a key that was withdrawn", by("one", ecKey, "ES256"), proof.ErrUnknownKey)
	end()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}
