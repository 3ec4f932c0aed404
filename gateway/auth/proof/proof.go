// Package proof says what every proof of identity has in common, and why one is not taken. It is
// beneath the packages that verify one kind of proof each, so that all of them name users and
// refusals alike.
//
// A Proof is whom it names, from when and until when. An Error is one of a fixed set of reasons:
// it is a label of metrics and the sentence that a client is told.
package proof

import (
	"strings"
	"time"
	"unicode/utf8"

	"xiaozhibo.dev/gateway/envelope"
)

// MaxLength is that of a token or a UserSig, in bytes.
const MaxLength = 8 << 10

// Leeway is how far the clock of an issuer may be from ours.
const Leeway = time.Minute

// Error is why a request is not allowed. Its text is a label of metrics; it has
// nothing of what was sent.
type Error string

// The reasons.
const (
	ErrMissing        Error = "missing"
	ErrTooLong        Error = "too_long"
	ErrMalformed      Error = "malformed"       // also: in two headers, or with a crit that is not known
	ErrWrongAlgorithm Error = "wrong_algorithm" // none, or one that is not taken
	ErrUnknownKey     Error = "unknown_key"     // no key of that name and algorithm is known
	ErrWrongSignature Error = "wrong_signature" // none of ours made it
	ErrExpired        Error = "expired"
	ErrNotYetValid    Error = "not_yet_valid"
	ErrNoExpiry       Error = "no_expiry"
	ErrNotForUs       Error = "not_for_us"  // of another issuer, for another audience or app
	ErrNoUser         Error = "no_user"     // what it names cannot be a user id
	ErrConflicting    Error = "conflicting" // two proofs, of two users
	ErrNotOwn         Error = "not_own"     // the proof is right, but userid is another user
	ErrNoKeys         Error = "no_keys"     // cannot be checked: no key was ever loaded
)

var sentences = map[Error]string{
	ErrMissing:        "proof of identity is missing",
	ErrTooLong:        "proof of identity is too long",
	ErrMalformed:      "proof of identity is malformed",
	ErrWrongAlgorithm: "proof of identity is signed by an algorithm that is not taken",
	ErrUnknownKey:     "proof of identity is signed with an unknown key",
	ErrWrongSignature: "proof of identity has a wrong signature",
	ErrExpired:        "proof of identity has expired",
	ErrNotYetValid:    "proof of identity is not valid yet",
	ErrNoExpiry:       "proof of identity has no expiry",
	ErrNotForUs:       "proof of identity is from another issuer or for another audience",
	ErrNoUser:         "proof of identity has no valid user id",
	ErrConflicting:    "proofs of identity are of different users",
	ErrNotOwn:         "userid is not that of the proof of identity",
	ErrNoKeys:         "proof of identity cannot be checked now",
}

// Error is a sentence that a client may read.
func (e Error) Error() string { return sentences[e] }

// Proof is what a token or a UserSig with a right signature says. It holds from From to Until.
type Proof struct {
	User        string
	From, Until time.Time // From may be zero: from ever
}

// At returns an error if the proof does not hold now.
func (p Proof) At(now time.Time) error {
	switch {
	case now.Add(Leeway).Before(p.From):
		return ErrNotYetValid
	case now.Add(-Leeway).After(p.Until):
		return ErrExpired
	default:
		return nil
	}
}

// CheckText returns an error for what can be neither a token nor a UserSig: they
// are printable ASCII. Decoders of base64 would skip the ends of lines.
func CheckText(text string) error {
	if len(text) > MaxLength {
		return ErrTooLong
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ErrMalformed
	}
	return nil
}

// User returns id if it can be a user id. U+FFFD is what a decoder puts for what
// is no text, which would make two ids one.
func User(id string) (string, error) {
	if !envelope.ValidID(id) || !utf8.ValidString(id) || strings.ContainsRune(id, utf8.RuneError) {
		return "", ErrNoUser
	}
	return id, nil
}
