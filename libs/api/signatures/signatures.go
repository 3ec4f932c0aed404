// Package signatures is the contract of the signing service: the only place that holds keys. It
// issues URLs and signatures and remembers what it issued.
//
// Service is implemented by services/signing, and by Remote, which calls it in another process.
// Package signaturestest proves that both keep the contract. Whether a user may have what is
// issued is not asked here: the gateway asks before.
package signatures

import (
	"context"
	"strings"
	"unicode/utf8"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// PushURL lets one anchor push until Expires. Its URL is a secret of the anchor
// and belongs in no log.
type PushURL struct {
	URL      string `json:"url"`
	StreamID string `json:"stream_id"` // lower-case [a-z0-9_-], one for each user
	Expires  int64  `json:"expires"`   // Unix seconds; 0 without a push key: never
}

// PlayURLs are the addresses of one live stream. Both are of the same moment and expire
// together, if there is a play key.
type PlayURLs struct {
	FLV string `json:"flv"`
	HLS string `json:"hls"`
}

// UploadSign is a COS v4 multi-use upload signature, valid until Expires.
type UploadSign struct {
	Sign    string `json:"sign"`
	Expires int64  `json:"expires"` // Unix seconds
}

// EventSign is what the live platform signs its events with: Sign is
// hex(MD5(callback key + decimal T)) and T, in Unix seconds, is when it expires.
type EventSign struct {
	Sign string `json:"sign"` // in either case
	T    int64  `json:"t"`
}

// Service signs. Times of expiry are rounded up to whole seconds. Errors besides
// those named are Storage and Unavailable. All that is returned is the caller's
// own, as nothing in it refers to anything.
type Service interface {
	// Push issues a push URL for user's own stream, unsigned without a push
	// key. NotConfigured without a bizid; Invalid for what CheckUser refuses.
	Push(ctx context.Context, user string) (PushURL, error)

	// Play returns the play URLs of each stream id, in order, unsigned without
	// a play key. NotConfigured without a bizid or play domain; Invalid for
	// what CheckStreamID refuses, which fails for no other.
	Play(ctx context.Context, streamIDs []string) []combine.Result[PlayURLs]

	// Upload issues an upload signature. NotConfigured unless all four COS
	// settings are there.
	Upload(ctx context.Context) (UploadSign, error)

	// VerifyEvent checks an event's signature: Denied for a wrong or expired
	// one, and for one that is good for more than a day. Without a callback key
	// every event is denied, or, if the service is configured so, accepted. After
	// the key was changed the previous one is accepted too.
	VerifyEvent(ctx context.Context, sign EventSign) error
}

// CheckUser returns an Invalid error for a user no stream can belong to. Broken
// UTF-8 is among it: JSON would repair it, and two users become one.
func CheckUser(user string) error {
	if len(user) == 0 || len(user) > 128 || !utf8.ValidString(user) {
		return apierr.New(apierr.Invalid, "user must be 1 to 128 bytes of UTF-8")
	}
	return nil
}

// CheckStreamID returns an Invalid error for a stream id that Push never
// returns, and that might alter the other parts of a URL.
func CheckStreamID(id string) error {
	if len(id) == 0 || len(id) > 512 || strings.ContainsFunc(id, notInStreamID) {
		return apierr.New(apierr.Invalid, "stream id must be 1 to 512 of a-z, 0-9, _ and -")
	}
	return nil
}

// notInStreamID reports whether a character can be in no stream id.
func notInStreamID(r rune) bool {
	return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789_-", r)
}
