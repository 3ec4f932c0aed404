package jwt_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/gateway/auth/authtest"
	"xiaozhibo.dev/gateway/auth/jwks"
	"xiaozhibo.dev/gateway/auth/jwt"
	"xiaozhibo.dev/gateway/auth/proof"
	"xiaozhibo.dev/gateway/auth/reload"
)

type object = authtest.Object

func must[K any](key K, err error) K {
	if err != nil {
		panic(err)
	}
	return key
}

var (
	now    = time.Unix(1480000000, 0)
	rsaKey = must(rsa.GenerateKey(rand.Reader, 2048))
	ecKey  = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	edKey  = ed25519.NewKeyFromSeed(make([]byte, 32))
	secret = []byte(authtest.Secret)
)

// loaded returns keys as they are once they have been read.
func loaded(tb testing.TB, set []byte) jwt.Keys {
	tb.Helper()
	v := reload.New(reload.Options{}, func(context.Context) ([]byte, error) { return set, nil }, jwks.Parse, slog.New(slog.DiscardHandler))
	if err := v.Load(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return v
}

// verify is what all who verify do.
func verify(ctx context.Context, v *jwt.Verifier, token string, at time.Time) (user string, err error) {
	p, err := v.Verify(ctx, token)
	if err == nil {
		err = p.At(at)
	}
	if err != nil {
		return "", err
	}
	return p.User, nil
}

// allKinds verifies by a key of every kind, each under the name of its algorithm.
func allKinds(tb testing.TB) *jwt.Verifier {
	tb.Helper()
	return &jwt.Verifier{
		Keys: []jwt.Keys{loaded(tb, authtest.JWKS(tb, authtest.JWK(tb, "RS256", rsaKey), authtest.JWK(tb, "ES256", ecKey),
			authtest.JWK(tb, "EdDSA", edKey), authtest.JWK(tb, "HS256", secret)))},
		Issuer: "us", Audience: []string{"live", "chat"},
	}
}

func claims() object { return authtest.Claims("tom", now).With("iss", "us").With("aud", "live") }

func TestATokenNamesItsUserByEveryAlgorithm(t *testing.T) {
	v := allKinds(t)
	for algorithm, key := range map[string]any{"RS256": rsaKey, "ES256": ecKey, "EdDSA": edKey, "HS256": secret} {
		for _, header := range []object{{"alg": algorithm, "kid": algorithm}, {"alg": algorithm}, {"alg": algorithm, "typ": "at+jwt", "x": 1}} {
			token := authtest.Token(t, header, claims(), key)
			if user, err := verify(t.Context(), v, token, now); err != nil || user != "tom" {
				t.Errorf("%v: %q, %v", header, user, err)
			}
		}
	}
}

func TestATokenIsGoodUntilItExpires(t *testing.T) {
	v := allKinds(t)
	token := authtest.HS256(t, claims().With("nbf", now.Unix()).With("iat", now.Unix()))
	for after, want := range map[time.Duration]error{
		0: nil, -proof.Leeway: nil, -proof.Leeway - time.Second: proof.ErrNotYetValid,
		time.Hour + proof.Leeway: nil, time.Hour + proof.Leeway + time.Second: proof.ErrExpired,
	} {
		if _, err := verify(t.Context(), v, token, now.Add(after)); !errors.Is(err, want) {
			t.Errorf("after %s: %v, want %v", after, err, want)
		}
	}
}

func TestATokenWhoseClaimsAreNotRightIsRefused(t *testing.T) {
	v := allKinds(t)
	for name, test := range map[string]struct {
		claims any
		want   error
	}{
		"expired":                      {claims().With("exp", now.Add(-2*proof.Leeway).Unix()), proof.ErrExpired},
		"not valid yet":                {claims().With("nbf", now.Add(2*proof.Leeway).Unix()), proof.ErrNotYetValid},
		"made in the future":           {claims().With("iat", now.Add(2*proof.Leeway).Unix()), proof.ErrNotYetValid},
		"no expiry":                    {claims().Without("exp"), proof.ErrNoExpiry},
		"an expiry of null":            {claims().With("exp", nil), proof.ErrNoExpiry},
		"an expiry that is text":       {claims().With("exp", "1590000000"), proof.ErrMalformed},
		"an expiry that is huge":       {`{"sub":"tom","iss":"us","aud":"live","exp":1e300}`, proof.ErrMalformed},
		"another issuer":               {claims().With("iss", "them"), proof.ErrNotForUs},
		"no issuer":                    {claims().Without("iss"), proof.ErrNotForUs},
		"another audience":             {claims().With("aud", []string{"shop", "mail"}), proof.ErrNotForUs},
		"no audience":                  {claims().Without("aud"), proof.ErrNotForUs},
		"an audience that is a number": {claims().With("aud", 5), proof.ErrMalformed},
		"no user":                      {claims().Without("sub"), proof.ErrNoUser},
		"a user of nothing":            {claims().With("sub", ""), proof.ErrNoUser},
		"a user that is a number":      {claims().With("sub", 5), proof.ErrMalformed},
		"a user that is long":          {claims().With("sub", strings.Repeat("u", 129)), proof.ErrNoUser},
		"a user with control":          {claims().With("sub", "tom\n"), proof.ErrNoUser},
		"a user of half a character":   {`{"sub":"tom\ud800","iss":"us","aud":"live","exp":1480003600}`, proof.ErrNoUser},
		"a user that is no UTF-8":      {"{\"sub\":\"tom\xff\",\"iss\":\"us\",\"aud\":\"live\",\"exp\":1480003600}", proof.ErrNoUser},
		"a user twice":                 {`{"sub":"tom","sub":"ann","iss":"us","aud":"live","exp":1480003600}`, proof.ErrMalformed},
		"an expiry twice":              {`{"sub":"tom","exp":1,"iss":"us","aud":"live","exp":1480003600}`, proof.ErrMalformed},
		"a user in another case":       {`{"Sub":"tom","iss":"us","aud":"live","exp":1480003600}`, proof.ErrNoUser},
		"no JSON":                      {`tom`, proof.ErrMalformed},
		"JSON null":                    {`null`, proof.ErrNotForUs},
		"an array":                     {`["tom"]`, proof.ErrMalformed},
	} {
		if user, err := verify(t.Context(), v, authtest.HS256(t, test.claims), now); !errors.Is(err, test.want) || user != "" {
			t.Errorf("%s: %q, %v, want %v", name, user, err, test.want)
		}
	}
	if user, err := verify(t.Context(), v, authtest.HS256(t, claims().With("aud", []string{"shop", "chat"})), now); err != nil || user != "tom" {
		t.Errorf("one audience of several: %q, %v", user, err)
	}
}

func TestATokenThatNobodyOfUsSignedIsRefused(t *testing.T) {
	v := allKinds(t)
	otherRSA, otherEC := must(rsa.GenerateKey(rand.Reader, 2048)), must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	public := must(x509.MarshalPKIXPublicKey(&rsaKey.PublicKey))
	hs := object{"alg": "HS256"}
	good := authtest.HS256(t, claims())
	head, rest, _ := strings.Cut(good, ".")
	_, signature, _ := strings.Cut(rest, ".")
	others := strings.Split(authtest.HS256(t, claims().With("sub", "ann")), ".")[1]
	for name, test := range map[string]struct {
		token string
		want  error
	}{
		"another secret":          {authtest.Token(t, hs, claims(), []byte(strings.Repeat("k", 32))), proof.ErrWrongSignature},
		"an empty secret":         {authtest.Token(t, hs, claims(), []byte{}), proof.ErrWrongSignature},
		"another RSA key":         {authtest.Token(t, object{"alg": "RS256"}, claims(), otherRSA), proof.ErrWrongSignature},
		"another curve's key":     {authtest.Token(t, object{"alg": "ES256", "kid": "ES256"}, claims(), otherEC), proof.ErrWrongSignature},
		"an unknown kid":          {authtest.Token(t, object{"alg": "ES256", "kid": "other"}, claims(), ecKey), proof.ErrUnknownKey},
		"a kid of another alg":    {authtest.Token(t, object{"alg": "HS256", "kid": "RS256"}, claims(), secret), proof.ErrUnknownKey},
		"none":                    {authtest.Token(t, object{"alg": "none"}, claims(), nil), proof.ErrWrongAlgorithm},
		"None":                    {authtest.Token(t, object{"alg": "None"}, claims(), nil), proof.ErrWrongAlgorithm},
		"no algorithm":            {authtest.Token(t, object{"typ": "JWT"}, claims(), secret), proof.ErrWrongAlgorithm},
		"HS512":                   {authtest.Token(t, object{"alg": "HS512"}, claims(), secret), proof.ErrWrongAlgorithm},
		"RS256 with no signature": {authtest.Token(t, object{"alg": "RS256"}, claims(), nil), proof.ErrWrongSignature},
		// Key confusion: the public key, which everybody has, as the secret.
		"the public key in PEM": {authtest.Token(t, object{"alg": "HS256"}, claims(),
			pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})), proof.ErrWrongSignature},
		"the public key in DER": {authtest.Token(t, object{"alg": "HS256"}, claims(), public), proof.ErrWrongSignature},
		"the modulus":           {authtest.Token(t, object{"alg": "HS256"}, claims(), rsaKey.N.Bytes()), proof.ErrWrongSignature},
		// A key that comes with the token.
		"its own key":     {authtest.Token(t, object{"alg": "ES256", "jwk": authtest.JWK(t, "x", otherEC)}, claims(), otherEC), proof.ErrWrongSignature},
		"its own key set": {authtest.Token(t, object{"alg": "ES256", "jku": "http://127.0.0.1:1/"}, claims(), otherEC), proof.ErrWrongSignature},
		"a crit":          {authtest.Token(t, object{"alg": "HS256", "crit": []string{"mine"}, "mine": 1}, claims(), secret), proof.ErrMalformed},
		"a crit of b64":   {authtest.Token(t, object{"alg": "HS256", "crit": []string{"b64"}, "b64": false}, claims(), secret), proof.ErrMalformed},
		"a crit of text":  {authtest.Token(t, object{"alg": "HS256", "crit": "mine"}, claims(), secret), proof.ErrMalformed},
		"an empty crit":   {authtest.Token(t, object{"alg": "HS256", "crit": []string{}}, claims(), secret), proof.ErrMalformed},
		"a header twice":  {authtest.Token(t, `{"alg":"none","alg":"HS256"}`, claims(), secret), proof.ErrMalformed},
		"an ALG":          {authtest.Token(t, `{"ALG":"HS256"}`, claims(), secret), proof.ErrWrongAlgorithm},
		"other claims":    {strings.Join([]string{head, others, signature}, "."), proof.ErrWrongSignature},
		"nothing":         {"", proof.ErrMalformed},
		"two parts":       {good[:strings.LastIndex(good, ".")], proof.ErrMalformed},
		"four parts":      {good + ".AAAA", proof.ErrMalformed},
		"five parts":      {"e30.e30.e30.e30.e30", proof.ErrMalformed},
		"JSON":            {`{"payload":"","protected":"","signature":""}`, proof.ErrMalformed},
		"padding":         {good + "=", proof.ErrMalformed},
		"lines":           {good + "\n", proof.ErrMalformed},
		"long":            {strings.Repeat("A", proof.MaxLength+1), proof.ErrTooLong},
		"long and right":  {authtest.HS256(t, claims().With("x", strings.Repeat("x", proof.MaxLength))), proof.ErrTooLong},
	} {
		user, err := verify(t.Context(), v, test.token, now)
		if !errors.Is(err, test.want) || user != "" {
			t.Errorf("%s: %q, %v, want %v", name, user, err, test.want)
		}
	}
}

func TestATokenIsWrittenInOneWayOnly(t *testing.T) {
	v := allKinds(t)
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	good := strings.Split(authtest.HS256(t, claims()), ".")
	for part := range good {
		for _, digit := range digits {
			forged := slices.Clone(good)
			forged[part] = forged[part][:len(forged[part])-1] + string(digit)
			user, err := verify(t.Context(), v, strings.Join(forged, "."), now)
			if (err == nil) != slices.Equal(forged, good) {
				t.Errorf("part %d, ending in %c: %q, %v", part, digit, user, err)
			}
		}
	}
}

func TestWithoutAKeyThatWasEverReadNothingIsKnown(t *testing.T) {
	never := reload.New(reload.Options{}, func(context.Context) ([]byte, error) { return nil, errors.New("down") }, jwks.Parse, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // nobody waits
	v := &jwt.Verifier{Keys: []jwt.Keys{never}}
	if _, err := verify(ctx, v, authtest.HS256(t, claims()), now); !errors.Is(err, proof.ErrNoKeys) {
		t.Errorf("got %v", err)
	}
	v.Keys = append(v.Keys, loaded(t, authtest.JWKS(t, authtest.JWK(t, "", secret))))
	if user, err := verify(ctx, v, authtest.HS256(t, claims()), now); err != nil || user != "tom" {
		t.Errorf("with another source of keys: %q, %v", user, err)
	}
	if _, err := verify(ctx, v, authtest.Token(t, object{"alg": "RS256"}, claims(), rsaKey), now); !errors.Is(err, proof.ErrNoKeys) {
		t.Errorf("with another source of keys, of other kinds: %v", err)
	}
}

func FuzzVerify(f *testing.F) {
	v := allKinds(f)
	good := authtest.HS256(f, claims())
	f.Add(good)
	f.Add("e30.e30.")
	f.Add(base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ES256"}`)) + ".e30.AAAA")
	f.Fuzz(func(t *testing.T, token string) {
		user, err := verify(t.Context(), v, token, now)
		if err == nil && user != "tom" {
			t.Errorf("%q names %q", token, user)
		}
		var reason proof.Error
		if err != nil && !errors.As(err, &reason) {
			t.Errorf("%q fails with %T", token, err)
		}
	})
}

// What is inside is fuzzed too: no claims break what reads them.
func FuzzClaims(f *testing.F) {
	v := allKinds(f)
	f.Add(`{"alg":"HS256"}`, `{"sub":"tom","iss":"us","aud":"live","exp":1480003600}`)
	f.Add(`{"alg":"HS256","kid":"HS256","crit":["b64"],"b64":false}`, `{"aud":["live",null],"exp":-1,"nbf":1e9}`)
	f.Fuzz(func(t *testing.T, header, body string) {
		user, err := verify(t.Context(), v, authtest.Token(t, header, body, secret), now)
		if err == nil && (user == "" || len(user) > 128) {
			t.Errorf("%s.%s names %q", header, body, user)
		}
	})
}
