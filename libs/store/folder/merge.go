package folder

import (
	"bytes"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"
)

const (
	// mergeBytes is about how much is put into a file in one transaction, which keeps it in
	// memory.
	mergeBytes = 16 << 20
	// mergeFill is how full pages are left: there is room for some of what comes.
	mergeFill = 0.9
)

// Merge puts the parts of a service into its file, and deletes them. It tells of the share
// that is done, from 0 to 1.
func (f *Files) Merge(ctx context.Context, service string, tell func(done float64)) (err error) {
	parts := f.parts[service]
	txs := make([]*bbolt.Tx, 0, len(parts))
	defer func() {
		for _, tx := range txs {
			err = errors.Join(err, tx.Rollback())
		}
		for _, part := range parts {
			err = errors.Join(err, part.remove())
		}
		delete(f.parts, service)
	}()
	for _, part := range parts {
		tx, err := part.db.Begin(false)
		if err != nil {
			return err
		}
		txs = append(txs, tx)
	}
	names, err := bucketsOf(txs)
	if err != nil {
		return err
	}
	for i, name := range names {
		tell(float64(i) / float64(len(names)))
		if err := mergeBucket(ctx, f.files[service], name, txs); err != nil {
			return fmt.Errorf("%s: put the records in order: %w", service, err)
		}
	}
	tell(1)
	return nil
}

// bucketsOf returns the names of all buckets, in order.
func bucketsOf(txs []*bbolt.Tx) (names [][]byte, err error) {
	for _, tx := range txs {
		err = errors.Join(err, tx.ForEach(func(name []byte, _ *bbolt.Bucket) error {
			names = append(names, bytes.Clone(name))
			return nil
		}))
	}
	slices.SortFunc(names, bytes.Compare)
	return slices.CompactFunc(names, bytes.Equal), err
}

func mergeBucket(ctx context.Context, into *bbolt.DB, name []byte, txs []*bbolt.Tx) error {
	entries, sequence := merge(txs, name)
	for more := true; more; {
		err := into.Update(func(tx *bbolt.Tx) error {
			bucket, err := tx.CreateBucketIfNotExists(name)
			if err != nil {
				return err
			}
			if sequence > bucket.Sequence() {
				if err := bucket.SetSequence(sequence); err != nil {
					return err
				}
			}
			bucket.FillPercent = mergeFill
			more, err = entries.fill(bucket)
			return errors.Join(err, ctx.Err())
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// next is where a part stands: its next key and value.
type next struct {
	key, value []byte
	cursor     *bbolt.Cursor
	part       int
}

// merging is a heap of parts, next the smallest key, and of equal ones that of the latest
// part.
type merging []*next

// merge begins with the first key of a bucket in each part. It also returns the highest of
// the buckets' sequences.
func merge(txs []*bbolt.Tx, name []byte) (m merging, sequence uint64) {
	for i, tx := range txs {
		bucket := tx.Bucket(name)
		if bucket == nil {
			continue
		}
		sequence = max(sequence, bucket.Sequence())
		n := &next{cursor: bucket.Cursor(), part: i}
		if n.key, n.value = n.cursor.First(); n.key != nil {
			m = append(m, n)
		}
	}
	heap.Init(&m)
	return m, sequence
}

// fill puts what comes next into a bucket, and reports whether there is more.
func (m *merging) fill(bucket *bbolt.Bucket) (more bool, err error) {
	var last []byte
	for size := 0; len(*m) > 0; {
		first := (*m)[0]
		if !bytes.Equal(first.key, last) || last == nil { // else a later part has put it already
			if size > mergeBytes {
				return true, nil
			}
			if first.value == nil {
				return false, errors.New("a bucket in a bucket cannot be restored")
			}
			if err := bucket.Put(first.key, first.value); err != nil {
				return false, err
			}
			size += len(first.key) + len(first.value)
			last = first.key
		}
		if first.key, first.value = first.cursor.Next(); first.key == nil {
			heap.Pop(m)
		} else {
			heap.Fix(m, 0)
		}
	}
	return false, nil
}

// Len implements heap.Interface.
func (m merging) Len() int { return len(m) }

// Less implements heap.Interface.
func (m merging) Less(i, j int) bool {
	if order := bytes.Compare(m[i].key, m[j].key); order != 0 {
		return order < 0
	}
	return m[i].part > m[j].part
}

// Swap implements heap.Interface.
func (m merging) Swap(i, j int) { m[i], m[j] = m[j], m[i] }

// Push implements heap.Interface.
func (m *merging) Push(x any) { *m = append(*m, x.(*next)) }

// Pop implements heap.Interface.
func (m *merging) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}
