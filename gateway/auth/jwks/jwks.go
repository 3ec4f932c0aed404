// Package jwks reads the keys that tokens are verified with. A key is good for one algorithm,
// which its kind decides: that of a token can choose none. This is what keeps a public key from
// being taken for the secret of an HMAC.
//
// Parse reads a JSON Web Key Set, Secret makes a set of one shared secret, and Reader fetches a
// set from a file or a URL. Set.For finds the keys that may have made a signature. When a set is
// read again is decided by package reload.
package jwks

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json"
)

// Limits of a set.
const (
	MaxSize   = 1 << 20 // bytes
	maxKeys   = 64      // a token without a kid is tried with each
	MinSecret = 32      // bytes of an HMAC secret, as RFC 7518 wants it
	minRSA    = 2048    // bits
)

// Set is what was in one file, or behind one URL.
type Set struct {
	keys    []key
	LeftOut []error // why others cannot be used
}

// key is one key of a set, with the only algorithm that it is used for.
type key struct {
	id        string
	algorithm jose.SignatureAlgorithm
	verifies  any
}

// Algorithms are those that are taken.
var Algorithms = []jose.SignatureAlgorithm{jose.HS256, jose.RS256, jose.ES256, jose.EdDSA}

// Secret returns a set of one HS256 key, which has no name.
func Secret(secret []byte) (Set, error) {
	if len(secret) < MinSecret {
		return Set{}, fmt.Errorf("an HS256 secret of %d bytes is too short, it must have %d at least", len(secret), MinSecret)
	}
	return Set{keys: []key{{"", jose.HS256, secret}}}, nil
}

// Parse reads a JWKS. Keys that are for something else are left out; that none
// remains is an error. No error shows a key.
func Parse(data []byte) (set Set, err error) {
	var document struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(data, &document); err != nil {
		return Set{}, errors.New("is no JSON Web Key Set")
	}
	if len(document.Keys) > maxKeys {
		return Set{}, fmt.Errorf("has %d keys, more than %d", len(document.Keys), maxKeys)
	}
	for i, raw := range document.Keys {
		k, err := parseKey(raw)
		if err != nil {
			set.LeftOut = append(set.LeftOut, fmt.Errorf("key %d %w", i+1, err))
			continue
		}
		set.keys = append(set.keys, k)
	}
	if len(set.keys) == 0 {
		return Set{}, errors.Join(append([]error{errors.New("has no key that can be used")}, set.LeftOut...)...)
	}
	return set, nil
}

// parseKey reads one key of a set. Its kind, not the token, decides the algorithm.
func parseKey(raw []byte) (key, error) {
	var jwk jose.JSONWebKey
	if jwk.UnmarshalJSON(raw) != nil {
		return key{}, errors.New("is of a kind that is not known, or damaged")
	}
	if jwk.Use != "" && jwk.Use != "sig" {
		return key{}, errors.New("is not for signatures")
	}
	k, err := usable(jwk.Key)
	if err != nil {
		return key{}, err
	}
	if jwk.Algorithm != "" && jwk.Algorithm != string(k.algorithm) {
		return key{}, fmt.Errorf("is not for %s", k.algorithm)
	}
	k.id = jwk.KeyID
	return k, nil
}

// usable returns a key of a kind that can verify, with the algorithm of that kind.
func usable(material any) (key, error) {
	switch m := material.(type) {
	case []byte:
		if len(m) < MinSecret {
			return key{}, fmt.Errorf("is a secret of less than %d bytes", MinSecret)
		}
		return key{"", jose.HS256, m}, nil
	case *rsa.PublicKey:
		if m.N.BitLen() < minRSA {
			return key{}, fmt.Errorf("is an RSA key of less than %d bits", minRSA)
		}
		return key{"", jose.RS256, m}, nil
	case *ecdsa.PublicKey:
		if m.Curve != elliptic.P256() {
			return key{}, errors.New("is of a curve other than P-256")
		}
		return key{"", jose.ES256, m}, nil
	case ed25519.PublicKey:
		return key{"", jose.EdDSA, m}, nil
	default:
		return key{}, errors.New("is a private key, or of a kind that is not known")
	}
}

// Len is the number of keys.
func (s Set) Len() int { return len(s.keys) }

// For returns the keys that may have made a signature. The id may be "" in a
// token and in a key, and then says nothing.
func (s Set) For(id string, algorithm jose.SignatureAlgorithm) (keys []any) {
	for _, k := range s.keys {
		if k.algorithm == algorithm && (id == "" || k.id == "" || k.id == id) {
			keys = append(keys, k.verifies)
		}
	}
	return keys
}
