package backup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/store/archive"
	"xiaozhibo.dev/libs/store/redisdb"
)

// What goes into a store at once.
const (
	redisRecords = 500 // others who ask the same Redis wait for some of them
	maxBytes     = 16 << 20
)

// Restoring is an archive that is put into a store. Others may ask how far it is.
type Restoring struct {
	Archive *archive.Archive
	// PartRecords is how many records come into one part of a file; 0: as many as is quick.
	PartRecords int

	services []Service // those that are in it
	records  atomic.Int64
	merged   atomic.Int64 // in thousandths, of what is put in order at the end
}

// NewRestoring returns an error if the archive has records that services do not know.
func NewRestoring(a *archive.Archive, services []Service) (*Restoring, error) {
	r := &Restoring{Archive: a}
	for i, section := range a.Manifest.Sections {
		if slices.ContainsFunc(a.Manifest.Sections[:i], func(s archive.Section) bool { return s.Name == section.Name }) {
			return nil, fmt.Errorf("is damaged: it has two sections of %s", section.Name)
		}
		at := slices.IndexFunc(services, func(s Service) bool { return s.Name == section.Name })
		if at < 0 {
			return nil, fmt.Errorf("has records of %s, which this program does not keep", section.Name)
		}
		if section.Format < 1 {
			return nil, fmt.Errorf("is damaged: its records of %s are of format %d, and there is none below 1", section.Name, section.Format)
		}
		if known := services[at].Format; section.Format > known {
			return nil, fmt.Errorf("has records of %s of format %d, newer than the %d that this version knows: restore it with the version that made it", section.Name, section.Format, known)
		}
		r.services = append(r.services, services[at])
	}
	return r, nil
}

// Progress says for people how far it is.
func (r *Restoring) Progress() string {
	text := fmt.Sprintf("%d of %d records restored", r.records.Load(), r.Archive.Sums.Records())
	if merged := r.merged.Load(); merged > 0 {
		text += fmt.Sprintf(", %d%% put in order", merged/10)
	}
	return text
}

// IntoRedis puts the records under a prefix where nothing is kept of the services. Until
// it has come to its end no process uses the prefix, and the next restore begins anew.
func (r *Restoring) IntoRedis(ctx context.Context, db *redisdb.DB) error {
	var names []string
	for _, s := range r.services {
		if err := db.CheckFormat(ctx, s.Name); err != nil {
			return err
		}
		if err := vacant(ctx, db, s); err != nil {
			return err
		}
		names = append(names, s.Name)
	}
	if err := db.BeginRestore(ctx, names...); err != nil {
		return err
	}
	err := r.clear(ctx, db) // what one has left that was not finished
	if err == nil {
		err = db.NoteFormat(ctx, names...)
	}
	if err == nil {
		err = r.each(ctx, redisRecords, func(s Service, records [][]byte) error {
			err := patiently(ctx, func() error { return s.IntoRedis(ctx, db, records) })
			if err == nil {
				r.records.Add(int64(len(records)))
			}
			return err
		})
	}
	if err != nil {
		ctx := context.WithoutCancel(ctx)
		if left := r.clear(ctx, db); left != nil {
			return errors.Join(err, left) // it stays marked
		}
		return errors.Join(err, db.EndRestore(ctx, names...))
	}
	return db.EndRestore(ctx, names...)
}

// The pauses before what Redis did not take in time is sent again: the first of them, each
// twice as long as the one before, up to the longest. They are a minute together.
const (
	firstPause   = 100 * time.Millisecond
	longestPause = 30 * time.Second
)

// patiently puts records that may be put twice. A Redis that is busy for some seconds must not
// end a restore of an hour.
func patiently(ctx context.Context, put func() error) error {
	for pause := firstPause; ; pause *= 2 {
		err := put()
		code := apierr.CodeOf(err)
		if err == nil || code != apierr.Storage && code != apierr.Unavailable || pause > longestPause {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

// vacant is an error if anything is kept of a service but what an unfinished restore
// has left.
func vacant(ctx context.Context, db *redisdb.DB, s Service) error {
	if unfinished, err := db.IsRestoring(ctx, s.Name); unfinished || err != nil {
		return err
	}
	for _, pattern := range s.RedisKeys(db) {
		err := db.Scan(ctx, pattern, func(keys []string) error {
			return fmt.Errorf("%s has keys in redis already, such as %q: restore under another -redis-prefix, or delete them", s.Name, keys[0])
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// clear deletes all that is kept of the services.
func (r *Restoring) clear(ctx context.Context, db *redisdb.DB) error {
	for _, s := range r.services {
		for _, pattern := range s.RedisKeys(db) {
			if err := db.Scan(ctx, pattern, func(keys []string) error { return db.Unlink(ctx, keys) }); err != nil {
				return err
			}
		}
	}
	return nil
}

// each hands over all records of the archive, many of one service at once.
func (r *Restoring) each(ctx context.Context, most int, put func(s Service, records [][]byte) error) error {
	var section string
	var records [][]byte
	bytes := 0
	flush := func() error {
		if len(records) == 0 {
			return ctx.Err()
		}
		at := slices.IndexFunc(r.services, func(s Service) bool { return s.Name == section })
		if err := put(r.services[at], records); err != nil {
			return fmt.Errorf("restore %s: %w", section, err)
		}
		records, bytes = nil, 0
		return ctx.Err()
	}
	err := r.Archive.Records(func(of string, record []byte) error {
		if of != section || len(records) == most || bytes > maxBytes {
			if err := flush(); err != nil {
				return err
			}
		}
		section, records, bytes = of, append(records, record), bytes+len(record)
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}
