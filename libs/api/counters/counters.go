// Package counters is the contract of the counter service: numbers that many people change at
// once. Today they are likes. The service gives names and sessions no meaning: the gateway names
// a counter after a session or a recording.
//
// Service is implemented by services/counter, and by Remote, which calls it in another process.
// Package counterstest proves that both keep the contract.
package counters

import (
	"context"
	"time"

	"xiaozhibo.dev/libs/api/session"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// Max is the largest value a counter reaches: the published protocol carries
// 32-bit integers. A counter stays between 0 and Max whatever is added.
const Max = 1<<31 - 1

// MaxNumber bounds what must pass unharmed through JSON and stores that know no
// larger integers.
const MaxNumber = 1<<53 - 1

// Key names one counter. Session is a fence: an addition under a newer session begins again
// at zero, one under an older session changes nothing. A counter read under a newer session
// than its own is zero, under an older one what it had come to when it was replaced: of the
// newest session.MaxPast sessions, for session.KeptFor, else zero. So opening a session needs
// no write here that could be forgotten. A session more than session.MaxAhead ahead of the
// clock is refused; one that was kept all the same is no fence.
type Key struct {
	Name    string `json:"name"`    // 1–1,024 bytes
	Session int64  `json:"session"` // 0 to session.Max
}

// Addition adds Delta, which may be negative, to one counter. A sender numbers its additions in
// growing order and makes the next when it has given up the last. So one whose number is not
// above that of the last addition of the same sender to the same counter has come before, and
// changes nothing. An addition without a sender always counts. Senders are remembered for
// SenderTTL. Numbers are what makes an addition safe to repeat: a like that is sent twice, since
// the reply was lost, counts once.
type Addition struct {
	Key    Key    `json:"key"`
	Delta  int64  `json:"delta"`
	Sender string `json:"sender,omitempty"` // at most 64 bytes
	Number int64  `json:"number,omitempty"` // 1 to MaxNumber with a sender
}

// SenderTTL is how long after its last addition a sender may repeat it. It is
// longer than any call lives.
const SenderTTL = time.Minute

// Service counts. There is one result for each item, in order: what fails for one
// fails for no other. Errors are Storage and Unavailable, after which an addition
// may have been made, and Invalid for what Check refuses. The slice that is
// returned is the caller's.
type Service interface {
	// Add applies every addition and returns the values reached. It cannot know
	// a repeated call without a sender from a second like.
	Add(ctx context.Context, additions []Addition) []combine.Result[int64]

	// Get returns the value of each counter; one never added to is 0.
	Get(ctx context.Context, keys []Key) []combine.Result[int64]
}

// Check returns an Invalid error for a key no counter can have.
func (k Key) Check() error {
	if len(k.Name) == 0 || len(k.Name) > 1024 {
		return apierr.New(apierr.Invalid, "counter name must be 1 to 1024 bytes")
	}
	return session.Check(k.Session)
}

// Check returns an Invalid error for an addition no counter can take.
func (a Addition) Check() error {
	if len(a.Sender) > 64 || a.Sender != "" && (a.Number < 1 || a.Number > MaxNumber) {
		return apierr.New(apierr.Invalid, "sender must be at most 64 bytes, its number 1 to 2^53-1")
	}
	return a.Key.Check()
}
