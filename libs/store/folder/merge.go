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
	join := f.restoring.joinOf(service)
	for i, name := range names {
		tell(float64(i) / float64(len(names)))
		if err := mergeBucket(ctx, f.files[service], name, txs, join); err != nil {
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

func mergeBucket(ctx context.Context, into *bbolt.DB, name []byte, txs []*bbolt.Tx, join joining) error {
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
			more, err = entries.fill(bucket, func(before, after []byte) []byte { return join(name, before, after) })
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
func (m *merging) fill(bucket *bbolt.Bucket, join func(before, after []byte) []byte) (more bool, err error) {
	for size := 0; len(*m) > 0; {
		if size > mergeBytes {
			return true, nil
		}
		key, value, err := m.take(join)
		if err != nil {
			return false, err
		}
		if err := bucket.Put(key, value); err != nil {
			return false, err
		}
		size += len(key) + len(value)
	}
	return false, nil
}

// take takes the next key out of all parts, with what their values are together.
func (m *merging) take(join func(before, after []byte) []byte) (key, value []byte, err error) {
	for key == nil || len(*m) > 0 && bytes.Equal((*m)[0].key, key) {
		first := (*m)[0]
		switch {
		case first.value == nil:
			return nil, nil, errors.New("a bucket in a bucket cannot be restored")
		case key == nil:
			key, value = first.key, first.value
		default: // of an earlier part
			value = join(first.value, value)
		}
		if first.key, first.value = first.cursor.Next(); first.key == nil {
			heap.Pop(m)
		} else {
			heap.Fix(m, 0)
		}
	}
	return key, value, nil
}

// joining is Service.Join.
type joining func(bucket, before, after []byte) []byte

// joinOf returns that of a service.
func (r *restoring) joinOf(name string) joining {
	for _, service := range r.services {
		if service.Name == name && service.Join != nil {
			return service.Join
		}
	}
	return func(_, _, after []byte) []byte { return after }
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
