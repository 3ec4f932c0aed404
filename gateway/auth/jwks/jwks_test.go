package jwks_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"xiaozhibo.dev/gateway/auth/authtest"
	"xiaozhibo.dev/gateway/auth/jwks"
)

func must[K any](key K, err error) K {
	if err != nil {
		panic(err)
	}
	return key
}

var (
	rsaKey    = must(rsa.GenerateKey(rand.Reader, 2048))
	ecKey     = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	edKey     = ed25519.NewKeyFromSeed(make([]byte, 32))
	secretKey = []byte(authtest.Secret)
)

func TestAKeyIsGoodForTheOneAlgorithmOfItsKind(t *testing.T) {
	set, err := jwks.Parse(authtest.JWKS(t, authtest.JWK(t, "r", rsaKey), authtest.JWK(t, "e", ecKey),
		authtest.JWK(t, "d", edKey), authtest.JWK(t, "s", secretKey)))
	if err != nil || set.Len() != 4 || len(set.LeftOut) != 0 {
		t.Fatalf("read %d keys, %v, %v", set.Len(), set.LeftOut, err)
	}
	want := map[string]jose.SignatureAlgorithm{"r": jose.RS256, "e": jose.ES256, "d": jose.EdDSA, "s": jose.HS256}
	for id, own := range want {
		for _, algorithm := range append(jwks.Algorithms, jose.RS512, jose.ES384, jose.PS256, "none", "") {
			if got := len(set.For(id, algorithm)); (got == 1) != (algorithm == own) {
				t.Errorf("%s, %s: %d keys", id, algorithm, got)
			}
		}
	}
	if len(set.For("", jose.RS256)) != 1 || len(set.For("other", jose.RS256)) != 0 {
		t.Error("a token without a kid is for every key, one with another for none")
	}
}

func TestAKeyWithoutAnIDIsForEveryToken(t *testing.T) {
	set, err := jwks.Parse(authtest.JWKS(t, authtest.JWK(t, "", ecKey).Without("kid")))
	if err != nil || len(set.For("any", jose.ES256)) != 1 {
		t.Errorf("got %d keys, %v", len(set.For("any", jose.ES256)), err)
	}
	secret, err := jwks.Secret(secretKey)
	if err != nil || len(secret.For("any", jose.HS256)) != 1 || len(secret.For("any", jose.RS256)) != 0 {
		t.Errorf("a secret: %v", err)
	}
}

func TestKeysThatCannotBeUsedAreLeftOutAndSaidSo(t *testing.T) {
	small := must(rsa.GenerateKey(rand.Reader, 1024))
	p384 := must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	good := authtest.JWK(t, "good", ecKey)
	for why, bad := range map[string]authtest.Object{
		"is not for signatures":               authtest.JWK(t, "x", rsaKey).With("use", "enc"),
		"is not for RS256":                    authtest.JWK(t, "x", rsaKey).With("alg", "RS512"),
		"is not for ES256":                    authtest.JWK(t, "x", ecKey).With("alg", "RS256"),
		"RSA key of less than 2048 bits":      authtest.JWK(t, "x", small),
		"other than P-256":                    authtest.JWK(t, "x", p384),
		"a secret of less than 32 bytes":      authtest.JWK(t, "x", secretKey[:31]),
		"is a private key":                    authtest.JWK(t, "x", edKey).With("d", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
		"of a kind that is not known":         {"kty": "AKP", "kid": "x"},
		"of a kind that is not known, or dam": authtest.JWK(t, "x", rsaKey).With("n", "!"),
	} {
		set, err := jwks.Parse(authtest.JWKS(t, bad, good))
		if err != nil || set.Len() != 1 || len(set.LeftOut) != 1 {
			t.Fatalf("%s: read %d keys, %v, %v", why, set.Len(), set.LeftOut, err)
		}
		if said := set.LeftOut[0].Error(); !strings.Contains(said, why) || !strings.Contains(said, "key 1 ") {
			t.Errorf("%s: says %q", why, said)
		}
		if _, err := jwks.Parse(authtest.JWKS(t, bad)); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s alone: %v", why, err)
		}
	}
}

func TestWhatIsNoSetIsAnError(t *testing.T) {
	many := make([]authtest.Object, 65)
	for i := range many {
		many[i] = authtest.JWK(t, fmt.Sprint(i), ecKey)
	}
	for name, data := range map[string][]byte{
		"nothing": nil, "no JSON": []byte("<html>"), "no object": []byte(`[]`), "null": []byte(`null`),
		"no keys": []byte(`{}`), "an empty set": []byte(`{"keys":[]}`), "keys twice": []byte(`{"keys":[],"keys":[]}`),
		"many keys": authtest.JWKS(t, many...), "not keys": []byte(`{"keys":[1,"a",null]}`),
	} {
		if set, err := jwks.Parse(data); err == nil {
			t.Errorf("%s: %d keys", name, set.Len())
		}
	}
	if _, err := jwks.Secret(secretKey[:31]); err == nil || strings.Contains(err.Error(), authtest.Secret[:8]) {
		t.Errorf("a short secret: %v", err)
	}
}

func TestNoErrorShowsAKey(t *testing.T) {
	short := bytes.Repeat([]byte{7}, 16)
	jwk := authtest.JWK(t, "x", short)
	_, err := jwks.Parse(authtest.JWKS(t, jwk))
	if err == nil || strings.Contains(err.Error(), jwk["k"].(string)) {
		t.Errorf("says %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"keys":[{"kty":"oct","k":"AAAA"}]}`))
	f.Add([]byte(`{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}`))
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","x":"","y":""},{"kty":"OKP","crv":"Ed25519","x":"AA"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if set, err := jwks.Parse(data); err == nil && set.Len() == 0 {
			t.Error("no key, and no error")
		}
	})
}
