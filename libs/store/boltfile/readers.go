package boltfile

import (
	"sync"

	"go.etcd.io/bbolt"
)

// mostKept is how many transactions are kept for the next who read. More are open only while
// more read at the same moment.
const mostKept = 16

// readers keeps transactions that read from one reader to the next, until a commit: to begin
// and end one costs as much as to find a record. Each has one reader at a time. None is kept
// while a commit is under way, for where the file outgrows its map bbolt waits for all of them;
// so none keeps a freed page from being used either.
type readers struct {
	db *bbolt.DB

	mu   sync.Mutex
	era  int // those of an earlier one may not see the last commit
	open bool
	kept []*bbolt.Tx // of this era, without a reader
}

// reader is one transaction, from take to giveBack.
type reader struct {
	*bbolt.Tx
	era int
}

// take returns a transaction that sees every commit which was made before.
func (r *readers) take() (reader, error) {
	r.mu.Lock()
	era := r.era // before it begins: a commit between the two makes it an earlier one
	if last := len(r.kept) - 1; last >= 0 {
		tx := r.kept[last]
		r.kept = r.kept[:last]
		r.mu.Unlock()
		return reader{tx, era}, nil
	}
	r.mu.Unlock()
	tx, err := r.db.Begin(false)
	return reader{tx, era}, err
}

// giveBack keeps a transaction for the next reader, or ends it.
func (r *readers) giveBack(one reader) {
	r.mu.Lock()
	keep := r.open && one.era == r.era && len(r.kept) < mostKept
	if keep {
		r.kept = append(r.kept, one.Tx)
	}
	r.mu.Unlock()
	if !keep {
		_ = one.Rollback() // which fails for one that has ended only
	}
}

// stop ends what is kept, and keeps nothing until resume.
func (r *readers) stop() {
	r.mu.Lock()
	kept := r.kept
	r.open, r.kept = false, nil
	r.era++
	r.mu.Unlock()
	for _, tx := range kept {
		_ = tx.Rollback()
	}
}

// resume keeps transactions again, of those that begin from now on.
func (r *readers) resume() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open = true
	r.era++
}
