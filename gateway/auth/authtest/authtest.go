// Package authtest makes tokens and keys for tests, with nothing of the library
// that verifies them.
package authtest

import (
	"bytes"
	"compress/zlib"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"strings"
	"testing"
	"time"
)

// Secret is good for HS256.
const Secret = "0123456789abcdef0123456789abcdef"

// Object is a JSON object.
type Object map[string]any

// With returns the object with one more member, or another value for one it has.
func (o Object) With(name string, value any) Object {
	other := maps.Clone(o)
	other[name] = value
	return other
}

// Without returns the object less one member.
func (o Object) Without(name string) Object {
	other := maps.Clone(o)
	delete(other, name)
	return other
}

// Claims are those of a user for an hour from now.
func Claims(user string, now time.Time) Object {
	return Object{"sub": user, "exp": now.Add(time.Hour).Unix()}
}

// HS256 returns a token signed with Secret.
func HS256(tb testing.TB, claims any) string {
	tb.Helper()
	return Token(tb, Object{"alg": "HS256", "typ": "JWT"}, claims, []byte(Secret))
}

// UserSig returns a UserSig of a user.
func UserSig(tb testing.TB, appID, key, user string, made time.Time, life time.Duration) string {
	tb.Helper()
	signed := fmt.Sprintf("TLS.identifier:%s\nTLS.sdkappid:%s\nTLS.time:%d\nTLS.expire:%d\n", user, appID, made.Unix(), int(life.Seconds()))
	document, err := json.Marshal(Object{
		"TLS.ver": "2.0", "TLS.identifier": user, "TLS.sdkappid": json.Number(appID), "TLS.time": made.Unix(), "TLS.expire": int(life.Seconds()),
		"TLS.sig": sign(tb, []byte(key), signed),
	})
	if err != nil {
		tb.Fatal(err)
	}
	var deflated bytes.Buffer
	w := zlib.NewWriter(&deflated)
	if _, err := w.Write(document); err != nil || w.Close() != nil {
		tb.Fatal("deflate failed")
	}
	return strings.NewReplacer("+", "*", "/", "-", "=", "_").Replace(base64.StdEncoding.EncodeToString(deflated.Bytes()))
}

// Token returns a token. A header or claims may also be given as text; the kind of
// the key, and not the header, decides how it is signed.
func Token(tb testing.TB, header, claims, key any) string {
	tb.Helper()
	signed := part(tb, header) + "." + part(tb, claims)
	return signed + "." + base64.RawURLEncoding.EncodeToString(sign(tb, key, signed))
}

func part(tb testing.TB, value any) string {
	tb.Helper()
	text, ready := value.(string)
	if !ready {
		encoded, err := json.Marshal(value)
		if err != nil {
			tb.Fatal(err)
		}
		text = string(encoded)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

func sign(tb testing.TB, key any, text string) (signature []byte) {
	tb.Helper()
	digest := sha256.Sum256([]byte(text))
	var err error
	switch key := key.(type) {
	case nil:
	case []byte:
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(text))
		signature = mac.Sum(nil)
	case *rsa.PrivateKey:
		signature, err = rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	case *ecdsa.PrivateKey:
		var r, s *big.Int
		r, s, err = ecdsa.Sign(rand.Reader, key, digest[:])
		if err == nil {
			signature = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		}
	case ed25519.PrivateKey:
		signature = ed25519.Sign(key, []byte(text))
	default:
		tb.Fatalf("a key of type %T", key)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return signature
}

// JWK returns the public half of a key, or a secret, as a JWKS lists it.
func JWK(tb testing.TB, id string, key any) Object {
	tb.Helper()
	b64 := base64.RawURLEncoding.EncodeToString
	switch key := key.(type) {
	case []byte:
		return Object{"kty": "oct", "kid": id, "k": b64(key)}
	case *rsa.PrivateKey:
		return Object{"kty": "RSA", "kid": id, "n": b64(key.N.Bytes()), "e": b64(big.NewInt(int64(key.E)).Bytes())}
	case *ecdsa.PrivateKey:
		size := (key.Params().BitSize + 7) / 8
		point, err := key.PublicKey.Bytes()
		if err != nil {
			tb.Fatal(err)
		}
		return Object{"kty": "EC", "kid": id, "crv": key.Params().Name, "x": b64(point[1 : 1+size]), "y": b64(point[1+size:])}
	case ed25519.PrivateKey:
		return Object{"kty": "OKP", "kid": id, "crv": "Ed25519", "x": b64(key[32:])}
	default:
		tb.Fatalf("a key of type %T", key)
		return nil
	}
}

// JWKS returns a set of such keys.
func JWKS(tb testing.TB, keys ...Object) []byte {
	tb.Helper()
	set, err := json.Marshal(map[string]any{"keys": keys})
	if err != nil {
		tb.Fatal(fmt.Errorf("a set of keys: %w", err))
	}
	return set
}
