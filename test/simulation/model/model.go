// Package model is what the promises of the wire contract come to: it is told
// what clients sent and were answered, and what reached a store, and says when
// an answer cannot be right. It knows nothing of the code it judges. It is for
// one goroutine at a time.
package model

import (
	"fmt"
	"slices"
	"time"
)

// Settings are those of the system that is judged.
type Settings struct {
	LiveTTL, MemberTTL, RecordingWindow, MinRecording, AnchorTTL time.Duration
	RoomsAhead                                                   time.Duration // of the room service's clock, of the stream service's
	BizID                                                        string
}

// Violation is a broken promise.
type Violation struct {
	Promise string   // one of the constants
	What    string   // what was seen, and what was right
	IDs     []string // users, groups and files it is about
}

// String says both.
func (v *Violation) String() string { return v.Promise + ": " + v.What }

// The promises.
const (
	Kept        = "what was acknowledged is kept"
	Sent        = "what was refused or never sent does not appear"
	Refusals    = "only what does not exist is refused"
	Answers     = "every answer is well-formed, and none is an internal error"
	Likes       = "likes lie between those acknowledged and those attempted"
	Viewers     = "viewers are the size of the member set"
	Members     = "a member list is the room's members of one moment, in order"
	Rooms       = "a room is shown as it stood at one moment of the request"
	Pages       = "a page is that part of the list of one moment, and its total is true"
	StreamIDs   = "no two users share a stream id"
	Immortal    = "nothing is immortal"
	Answered    = "without faults every request is answered"
	Apart       = "what fails for some fails for nobody else, and a read never for want of a write"
	TimelyClose = "what has ended is over"
)

// Model is the state of the world as far as it is known.
type Model struct {
	settings  Settings
	now       func() time.Time
	failed    *Violation
	suspended bool

	seq     int // counts what happens; a request begins after one number and ends after another
	history []*catalogue

	sessions map[string][]*session // by user, as they were opened
	rooms    map[roomKey]*room     // by session or recording
	owners   map[string]string     // of what a name of the room service stands for
	likes    map[string][]*Request // by anchor, every attempt
	sent     map[string][]*Request // every write, by what it will be known by
	streams  map[string]string     // stream id → user
	excuses  []excuse
	events   map[any]*told // by what the platform says
}

// New returns the model of an empty system, by the clock of the stream service.
func New(settings Settings, now func() time.Time) *Model {
	return &Model{
		settings: settings,
		now:      now,
		history:  []*catalogue{{}},
		sessions: map[string][]*session{},
		rooms:    map[roomKey]*room{},
		owners:   map[string]string{},
		likes:    map[string][]*Request{},
		sent:     map[string][]*Request{},
		streams:  map[string]string{},
		events:   map[any]*told{},
	}
}

// Failed returns the first broken promise, nil while all are kept.
func (m *Model) Failed() *Violation { return m.failed }

// Fail notes a broken promise; only the first counts.
func (m *Model) Fail(promise string, ids []string, format string, args ...any) {
	if m.failed == nil {
		ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == "" })
		m.failed = &Violation{Promise: promise, What: fmt.Sprintf(format, args...), IDs: ids}
	}
}

// Suspend ends the judging of answers, and the keeping of what they are judged by:
// no clock is to be believed any more. Fail goes on.
func (m *Model) Suspend() { m.suspended = true }

func (m *Model) ms() int64 { return m.now().UnixMilli() }
