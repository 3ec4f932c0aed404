package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

// bookmark is the name of the state in the store of the stream service, lease that of the
// duty to send.
const (
	bookmark = "webhook"
	lease    = "webhook"
)

const (
	// maxPending is how many webhooks wait at once. Later changes wait in the log of
	// changes.
	maxPending = 1000
	// maxDead is how many dead letters are kept, the newest ones.
	maxDead = 100
	// maxWhy bounds what is kept of a failure, in bytes.
	maxWhy = 200
)

// state is how far the sending has come. It is in the store: whoever sends next goes on
// from it. Times are Unix milliseconds. The changes themselves are not in it: they are read again from the log by their
// numbers, so a state of a thousand webhooks is small enough to be written twice a second.
type state struct {
	// Read is the last change that was looked at: what is not in Pending up to it was
	// taken by the receiver, is no webhook, or is dead.
	Read    int64     `json:"read"`
	Pending []pending `json:"pending,omitempty"` // by number
	Dead    []Letter  `json:"dead,omitempty"`    // oldest first
	Off     *Off      `json:"off,omitempty"`     // nil: it is sent
	Missed  int64     `json:"missed,omitempty"`  // changes that were gone before they were read
}

// pending is a webhook that has to be sent.
type pending struct {
	Number   int64 `json:"n"`
	Attempts int   `json:"attempts,omitempty"`
	Next     int64 `json:"next,omitempty"` // not before this time
}

// Letter is a dead letter: a webhook that is not sent any more.
type Letter struct {
	Number   int64  `json:"number"` // of the change
	ID       string `json:"id"`
	Type     string `json:"type"`
	User     string `json:"user"`
	At       int64  `json:"at"`   // of the change, Unix milliseconds
	Died     int64  `json:"died"` // Unix milliseconds
	Attempts int    `json:"attempts"`
	Why      string `json:"why"`
}

// Off says that a receiver has asked not to be told any more, with status 410.
type Off struct {
	At     int64  `json:"at"`     // Unix milliseconds
	Target string `json:"target"` // which URL, as a hash
}

// targetOf tells one URL from another without showing it.
func targetOf(url string) string {
	sum := sha256.Sum256([]byte(url))
	return hex.EncodeToString(sum[:8])
}

// readState reads what a bookmark holds.
func readState(value []byte) (s state, err error) {
	if err := json.Unmarshal(value, &s); err != nil {
		return s, fmt.Errorf("the bookmark %q cannot be read: %w", bookmark, err)
	}
	return s, nil
}

// encode makes the value of the bookmark. Where that is too long, dead letters go first:
// they have been logged.
func (s *state) encode() []byte {
	for {
		encoded, err := json.Marshal(s)
		if err != nil {
			panic(err) // it has numbers and texts only
		}
		if len(encoded) <= streams.MaxBookmark || len(s.Dead) == 0 {
			return encoded
		}
		s.Dead = s.Dead[(len(s.Dead)+1)/2:]
	}
}

// find returns the place of a pending webhook, -1 if it is none. The place holds until the next drop or insert.
func (s *state) find(number int64) int {
	at, found := slices.BinarySearchFunc(s.Pending, number, func(p pending, n int64) int { return int(p.Number - n) })
	if !found {
		return -1
	}
	return at
}

// drop takes a webhook out of those that are pending.
func (s *state) drop(number int64) {
	if at := s.find(number); at >= 0 {
		s.Pending = slices.Delete(s.Pending, at, at+1)
	}
}

// bury makes a pending webhook a dead letter.
func (s *state) bury(letter Letter) {
	s.drop(letter.Number)
	s.Dead = append(s.Dead, letter)
	if over := len(s.Dead) - maxDead; over > 0 {
		s.Dead = slices.Delete(s.Dead, 0, over)
	}
}

// insert makes a webhook pending again, in its place.
func (s *state) insert(p pending) error {
	at, found := slices.BinarySearchFunc(s.Pending, p.Number, func(q pending, n int64) int { return int(q.Number - n) })
	if len(s.Pending) >= maxPending {
		return apierr.New(apierr.TooMany, "%d webhooks wait already", maxPending)
	}
	if !found {
		s.Pending = slices.Insert(s.Pending, at, p)
	}
	return nil
}
