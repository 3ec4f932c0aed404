// Package signing is the contract of the signing service: the only place that
// holds keys. It issues URLs and signatures and remembers what it issued.
package signing

import "context"

// PushURL lets one anchor push until Expires. Its URL is a secret of the anchor
// and belongs in no log.
type PushURL struct {
	URL      string `json:"url"`
	StreamID string `json:"stream_id"` // lower-case [a-z0-9_-], one for each user
	Expires  int64  `json:"expires"`   // Unix seconds
}

// PlayURLs are the addresses of one live stream.
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
	Sign string `json:"sign"`
	T    int64  `json:"t"`
}

// Service signs. Errors besides those named are Storage and Unavailable.
type Service interface {
	// Push issues a push URL for user's own stream. NotConfigured without
	// a bizid; Invalid for an empty user.
	Push(ctx context.Context, user string) (PushURL, error)

	// Play returns the play URLs of each stream id, in order. NotConfigured
	// without a bizid or play domain.
	Play(ctx context.Context, streamIDs []string) ([]PlayURLs, error)

	// Upload issues an upload signature. NotConfigured unless all four COS
	// settings are there.
	Upload(ctx context.Context) (UploadSign, error)

	// VerifyEvent checks an event's signature: Denied for a wrong or expired
	// one. Without a callback key every event is accepted. After the key was
	// changed the previous one is accepted too.
	VerifyEvent(ctx context.Context, sign EventSign) error
}
