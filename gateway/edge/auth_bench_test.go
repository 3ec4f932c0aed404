package edge_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/auth/authtest"
	"xiaozhibo.dev/gateway/edge"
	"xiaozhibo.dev/libs/config"
)

// BenchmarkAuth tells what it costs an Action, over the loopback and with this client included, that its sender
// is known: auth: require against off, each sent the same proof, as a client sends it again and again. The services
// behind the gateway cost nothing here, so that the share of a real system is smaller.
func BenchmarkAuth(b *testing.B) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	jwks := filepath.Join(b.TempDir(), "jwks.json")
	if err := os.WriteFile(jwks, authtest.JWKS(b, authtest.JWK(b, "r", rsaKey), authtest.JWK(b, "e", ecKey)), 0o600); err != nil {
		b.Fatal(err)
	}
	asks := auth.Config{
		Mode: auth.Require, JWT: auth.JWTConfig{Key: config.Secret{Value: authtest.Secret}, JWKS: jwks}, UserSigAppID: "1400000000",
		UserSigKey: config.Secret{Value: "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e"},
	}
	without, with := serveAsking(b, edge.Config{}, auth.Config{}), serveAsking(b, edge.Config{}, asks)
	claims := authtest.Claims("tom", time.Now().Add(24*time.Hour))
	for _, proof := range []struct{ name, fields string }{
		{"HS256", `,"token":"` + authtest.HS256(b, claims) + `"`},
		{"RS256", `,"token":"` + authtest.Token(b, authtest.Object{"alg": "RS256", "kid": "r"}, claims, rsaKey) + `"`},
		{"ES256", `,"token":"` + authtest.Token(b, authtest.Object{"alg": "ES256", "kid": "e"}, claims, ecKey) + `"`},
		{"UserSig", `,"usersig":"` + authtest.UserSig(b, "1400000000", asks.UserSigKey.Value, "tom", time.Now(), 24*time.Hour) + `"`},
	} {
		b.Run(proof.name, func(b *testing.B) {
			request := online[:len(online)-1] + proof.fields + "}"
			var ratios []float64
			for b.Loop() {
				first, second := spent(b, without, request), spent(b, with, request)
				third, fourth := spent(b, with, request), spent(b, without, request)
				ratios = append(ratios, float64(second+third)/float64(first+fourth))
			}
			slices.Sort(ratios)
			b.ReportMetric(100*(ratios[len(ratios)/2]-1), "%more-cpu")
		})
	}
	poller.CloseIdleConnections()
}
