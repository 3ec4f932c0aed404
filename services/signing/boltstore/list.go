package boltstore

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/store/folder"
	"xiaozhibo.dev/services/signing"
)

// List implements signing.Ledger. Keys begin with the hour of issue, so the file is read from the hour
// of From on, and no further than the hour that cannot have anything more for the answer.
func (l *Ledger) List(ctx context.Context, query signing.Query) (entries []signing.Entry, err error) {
	err = l.file.View(func(tx *bbolt.Tx) error {
		found, hour := page{limit: query.Limit}, int64(-1)
		cursor := tx.Bucket(bucket).Cursor()
		for key, raw := cursor.Seek(since(signing.Hour(query.From))); key != nil; key, raw = cursor.Next() {
			if len(key) < 8 {
				return fmt.Errorf("ledger: key %x is damaged", key)
			}
			if next := began(key); next != hour { // the limits are of hours: they are looked at once for each
				if query.Until != 0 && next >= query.Until || found.endsBefore(next) {
					break
				}
				hour = next
			}
			if err := ctx.Err(); err != nil {
				return apierr.Wrap(apierr.Unavailable, err, "the ledger was not read to its end")
			}
			entry, err := decode(key, raw)
			if err != nil {
				return fmt.Errorf("ledger: entry %x: %w", key, err)
			}
			if entry.Issued >= query.From && (query.Until == 0 || entry.Issued < query.Until) &&
				(query.User == "" || query.User == entry.User) {
				found.add(entry)
			}
		}
		entries = found.sorted()
		return nil
	})
	return entries, err
}

// decode reads an entry. A key without its first eight bytes, the hour, is damaged.
func decode(key, raw []byte) (entry signing.Entry, err error) {
	if len(key) < 8 {
		return entry, fmt.Errorf("damaged key of %d bytes", len(key))
	}
	err = json.Unmarshal(raw, &entry)
	return entry, err
}

// Check reports every entry that cannot be read. It is what the command check runs, on a file that no
// process has open.
func Check(tx *bbolt.Tx, report folder.Report) {
	folder.Each(tx, bucket, report, func(key, raw []byte) error {
		_, err := decode(key, raw)
		return err
	})
}

// page is the first entries by time of issue. They come by hour, and within one in
// any order.
type page struct {
	limit   int // 0: none
	entries []signing.Entry
}

// add keeps an entry, and forgets now and then those that the page has no room for.
func (p *page) add(entry signing.Entry) {
	p.entries = append(p.entries, entry)
	if p.limit > 0 && len(p.entries) >= 2*p.limit {
		p.cut()
	}
}

// cut keeps the earliest entries that the page has room for.
func (p *page) cut() {
	slices.SortStableFunc(p.entries, func(a, b signing.Entry) int { return cmp.Compare(a.Issued, b.Issued) })
	if p.limit > 0 && len(p.entries) > p.limit {
		p.entries = p.entries[:p.limit]
	}
}

// sorted returns the entries of the page in the order of time.
func (p *page) sorted() []signing.Entry {
	p.cut()
	return p.entries
}

// endsBefore tells that nothing from a time on can be in the page: it is full, and its last entry is
// earlier. unix is the beginning of an hour.
func (p *page) endsBefore(unix int64) bool {
	if p.limit == 0 || len(p.entries) < p.limit {
		return false
	}
	p.cut()
	return p.entries[p.limit-1].Issued < unix
}
