// Package jwt verifies JSON Web Tokens, strictly: one signature, by an algorithm that is taken
// and with a key for it, and an expiry. Claims that this project has no use for are ignored, and
// no token is ever issued here.
//
// Verifier.Verify is all of it. It says whom a token names and for how long; whether it is good
// at this moment is for the caller to ask (proof.Proof.At), so that a proof can be remembered.
package jwt

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json"
	"github.com/go-jose/go-jose/v4/jwt"

	"xiaozhibo.dev/gateway/auth/jwks"
	"xiaozhibo.dev/gateway/auth/proof"
	"xiaozhibo.dev/gateway/auth/reload"
)

// Keys are one source of keys.
type Keys = *reload.Value[jwks.Set]

// Verifier verifies tokens.
type Verifier struct {
	Keys     []Keys
	Issuer   string   // as iss must be, "" for any
	Audience []string // one of which aud must have, none for any
	// Patience is how long a token waits for keys that are read because of it.
	Patience time.Duration
}

// Verify returns whom a token names, its sub, and when. The error is a proof.Error.
func (v *Verifier) Verify(ctx context.Context, token string) (proof.Proof, error) {
	if err := proof.CheckText(token); err != nil {
		return proof.Proof{}, err
	}
	signed, err := jose.ParseSignedCompact(token, jwks.Algorithms)
	if wrong := (*jose.ErrUnexpectedSignatureAlgorithm)(nil); errors.As(err, &wrong) {
		return proof.Proof{}, proof.ErrWrongAlgorithm
	}
	if err != nil || len(signed.Signatures) != 1 || !canonical(token) {
		return proof.Proof{}, proof.ErrMalformed
	}
	header := signed.Signatures[0].Protected
	_, critical := header.ExtraHeaders["crit"] // nothing is known that could be in it
	if _, unencoded := header.ExtraHeaders["b64"]; unencoded || critical {
		return proof.Proof{}, proof.ErrMalformed
	}
	payload, err := v.payload(ctx, signed, header.KeyID, jose.SignatureAlgorithm(header.Algorithm))
	if err != nil {
		return proof.Proof{}, err
	}
	return v.read(payload)
}

// canonical says whether each part is the one way to write its bytes. Base64 has bits to
// spare in the last character, and who changes those has forged another text.
func canonical(token string) bool {
	for part := range strings.SplitSeq(token, ".") {
		if _, err := base64.RawURLEncoding.Strict().DecodeString(part[len(part)/4*4:]); err != nil {
			return false
		}
	}
	return true
}

// payload returns what a token says, if one of the keys with its id and algorithm has signed
// it. A key that is not known may be new: the sources are read once more, for as long as
// Patience allows.
func (v *Verifier) payload(ctx context.Context, signed *jose.JSONWebSignature, id string, algorithm jose.SignatureAlgorithm) ([]byte, error) {
	keys, complete := v.find(id, algorithm)
	if len(keys) == 0 {
		v.hurry(ctx)
		keys, complete = v.find(id, algorithm)
	}
	switch {
	case len(keys) > 0:
	case complete:
		return nil, proof.ErrUnknownKey
	default:
		return nil, proof.ErrNoKeys
	}
	for _, key := range keys {
		if payload, err := signed.Verify(key); err == nil {
			return payload, nil
		}
	}
	return nil, proof.ErrWrongSignature
}

// find returns the keys that may have signed; complete is false if a source has
// never been read.
func (v *Verifier) find(id string, algorithm jose.SignatureAlgorithm) (keys []any, complete bool) {
	complete = true
	for _, source := range v.Keys {
		set, loaded := source.Current()
		complete = complete && loaded
		keys = append(keys, set.For(id, algorithm)...)
	}
	return keys, complete
}

// hurry has all sources read now, and waits for them as long as Patience allows.
func (v *Verifier) hurry(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, v.Patience)
	defer cancel()
	for _, source := range v.Keys {
		source.Hurry(ctx)
	}
}

// read checks the claims: who issued the token, for whom, for which user and how long.
func (v *Verifier) read(payload []byte) (proof.Proof, error) {
	var claims jwt.Claims // by the JSON of go-jose, which refuses a claim that is given twice
	if json.Unmarshal(payload, &claims) != nil {
		return proof.Proof{}, proof.ErrMalformed
	}
	if v.Issuer != "" && claims.Issuer != v.Issuer || len(v.Audience) > 0 && !slices.ContainsFunc(v.Audience, claims.Audience.Contains) {
		return proof.Proof{}, proof.ErrNotForUs
	}
	if claims.Expiry == nil {
		return proof.Proof{}, proof.ErrNoExpiry
	}
	user, err := proof.User(claims.Subject)
	if err != nil {
		return proof.Proof{}, err
	}
	from := claims.NotBefore.Time() // the zero time if there is none, as for iat
	if made := claims.IssuedAt.Time(); made.After(from) {
		from = made
	}
	return proof.Proof{User: user, From: from, Until: claims.Expiry.Time()}, nil
}
