// Package damage tells operators of stored records that cannot be read, in the same words for
// every store: such a record is left out of answers, and harms no other. It mends nothing: that
// is for an operator, with a backup.
package damage

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	// every is how often the log tells of one record. A page that is read many times a second
	// meets the same record each time.
	every = 10 * time.Minute
	// maxTold bounds the memory of what was told. Beyond it all are told again.
	maxTold = 1000
)

// Reporter logs damaged records. It is safe for concurrent use; nil tells nobody.
type Reporter struct {
	log  *slog.Logger
	mu   sync.Mutex
	told map[string]time.Time // by record
}

// NewReporter returns a Reporter that tells log.
func NewReporter(log *slog.Logger) *Reporter {
	return &Reporter{log: log, told: map[string]time.Time{}}
}

// LeftOut tells that a record is left out because of err, once in ten minutes. record names
// it as an operator finds it, such as `key "rooms", field "tom"`.
func (r *Reporter) LeftOut(ctx context.Context, record string, err error) {
	if r != nil && r.due(record, time.Now()) {
		r.log.ErrorContext(ctx, "a damaged record is left out", "record", record, "err", err)
	}
}

// due reports whether a record was not told of lately, and notes that it is now.
func (r *Reporter) due(record string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if last, known := r.told[record]; known && now.Sub(last) < every {
		return false
	}
	if len(r.told) >= maxTold {
		clear(r.told)
	}
	r.told[record] = now
	return true
}
