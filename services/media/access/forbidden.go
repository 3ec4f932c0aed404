package access

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"xiaozhibo.dev/services/media/disk"
)

// ErrForbidden is how a stream is refused that an operator has forbidden.
var ErrForbidden = errors.New("an operator has forbidden the stream")

// Ban is why a stream may not be pushed, and until when. It is the platform's own; a ban of a
// user is the stream service's.
type Ban struct {
	StreamID string `json:"stream_id"`
	Until    int64  `json:"until"` // Unix seconds
	Reason   string `json:"reason,omitempty"`
}

// Forbidden are the streams that may not be pushed. They are on disk, so that they are
// forbidden after a restart too. It is safe for concurrent use.
type Forbidden struct {
	file string
	now  func() time.Time

	mu   sync.Mutex
	bans map[string]Ban
}

// OpenForbidden reads the list in a folder, which it makes. A list that cannot be read is an
// error: without it, whoever is forbidden could push.
func OpenForbidden(dir string, now func() time.Time) (*Forbidden, error) {
	f := &Forbidden{file: filepath.Join(dir, "forbidden.json"), now: now, bans: map[string]Ban{}}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("forbidden streams: %w", err)
	}
	if err := disk.ReadJSON(f.file, &f.bans); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("forbidden streams: %w", err)
	}
	return f, nil
}

// Check returns ErrForbidden for a stream that may not be pushed now.
func (f *Forbidden) Check(stream string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if ban, found := f.bans[stream]; found && f.now().Unix() < ban.Until {
		return ErrForbidden
	}
	return nil
}

// Set forbids a stream. When it returns that is on disk.
func (f *Forbidden) Set(ban Ban) error {
	return f.change(func(bans map[string]Ban) { bans[ban.StreamID] = ban })
}

// Lift allows a stream again. When it returns that is on disk. It is no error if the stream
// was not forbidden.
func (f *Forbidden) Lift(stream string) error {
	return f.change(func(bans map[string]Ban) { delete(bans, stream) })
}

// List returns those that hold, in no order. The slice is the caller's, and never nil.
func (f *Forbidden) List() []Ban {
	f.mu.Lock()
	defer f.mu.Unlock()
	bans := []Ban{}
	for _, ban := range f.bans {
		if f.now().Unix() < ban.Until {
			bans = append(bans, ban)
		}
	}
	return bans
}

// change writes the list without what is over, and keeps the one before if it cannot.
func (f *Forbidden) change(edit func(bans map[string]Ban)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	bans := map[string]Ban{}
	for stream, ban := range f.bans {
		if f.now().Unix() < ban.Until {
			bans[stream] = ban
		}
	}
	edit(bans)
	if err := disk.WriteJSON(f.file, bans); err != nil {
		return fmt.Errorf("forbidden streams: %w", err)
	}
	f.bans = bans
	return nil
}
