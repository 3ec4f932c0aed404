package jwt_test

import (
	"testing"

	"xiaozhibo.dev/gateway/auth/authtest"
)

func BenchmarkVerify(b *testing.B) {
	v := allKinds(b)
	for algorithm, key := range map[string]any{"RS256": rsaKey, "ES256": ecKey, "EdDSA": edKey, "HS256": secret} {
		token := authtest.Token(b, object{"alg": algorithm, "kid": algorithm}, claims(), key)
		b.Run(algorithm, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := verify(b.Context(), v, token, now); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
