package backup

import (
	"cmp"
	"context"
	"hash/maphash"
	"runtime"
	"slices"
	"sync"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/folder"
)

const (
	// partRecords is how many records come into one part of a file.
	partRecords = 20_000
	// fileRecords is how many of them do in one transaction, until which all that it has
	// put are moved whenever one goes between them.
	fileRecords = 2_000
	// maxImporters bounds how many parts are made at once. Each holds its records in memory.
	maxImporters = 4
)

// IntoFolder makes the files of the services in a folder where they are not.
func (r *Restoring) IntoFolder(ctx context.Context, dir string) error {
	return folder.Restore(dir, Stored(r.services), func(files *folder.Files) error {
		f := &filling{
			Restoring: r, files: files, partRecords: cmp.Or(r.PartRecords, partRecords),
			seed: maphash.MakeSeed(), seen: map[uint64]struct{}{}, late: map[string][][]byte{},
			importers: make(chan struct{}, min(maxImporters, runtime.GOMAXPROCS(0))),
		}
		return f.fill(ctx)
	})
}

// filling is the files of one restore while they are being filled.
type filling struct {
	*Restoring
	files       *folder.Files
	partRecords int

	seed maphash.Seed
	seen map[uint64]struct{} // hashes of what Same has returned. That of another one does no harm: its record is late
	late map[string][][]byte // service → records of which one was seen before

	importers chan struct{} // holds one for each that is at work
	working   sync.WaitGroup
	mu        sync.Mutex
	err       error // of the importers
}

func (f *filling) fill(ctx context.Context) error {
	reading := f.each(ctx, f.partRecords, f.part)
	f.working.Wait()
	if err := cmp.Or(f.failure(), reading); err != nil { // the second may be of the first
		return err
	}
	for i, s := range f.services {
		tell := func(done float64) { f.merged.Store(int64((float64(i) + done) / float64(len(f.services)) * 1000)) }
		if err := f.files.Merge(ctx, s.Name, tell); err != nil {
			return err
		}
		update := func(change func(tx *bbolt.Tx) error) error { return f.files.Update(s.Name, change) }
		if err := f.load(ctx, s, f.late[s.Name], update); err != nil {
			return err
		}
	}
	return nil
}

// part puts records into a part of their own, while the next ones are read.
func (f *filling) part(s Service, records [][]byte) error {
	if s.Same != nil {
		records = slices.DeleteFunc(records, func(record []byte) bool { return f.isLate(s, record) })
	}
	if err := f.failure(); err != nil {
		return err
	}
	part, err := f.files.NewPart(s.Name)
	if err != nil {
		return err
	}
	f.importers <- struct{}{}
	f.working.Go(func() {
		defer func() { <-f.importers }()
		if err := f.load(context.Background(), s, records, part.Update); err != nil { // the reader knows of ctx
			f.mu.Lock()
			defer f.mu.Unlock()
			f.err = cmp.Or(f.err, err)
		}
	})
	return nil
}

func (f *filling) failure() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// isLate notes a record that must come after all parts.
func (f *filling) isLate(s Service, record []byte) bool {
	same := s.Same(record)
	if same == nil {
		return false
	}
	hash := maphash.Bytes(f.seed, same)
	if _, seen := f.seen[hash]; seen {
		f.late[s.Name] = append(f.late[s.Name], record)
		return true
	}
	f.seen[hash] = struct{}{}
	return false
}

// load imports records, few in each transaction.
func (f *filling) load(ctx context.Context, s Service, records [][]byte, update func(change func(tx *bbolt.Tx) error) error) error {
	for some := range slices.Chunk(records, fileRecords) {
		if err := cmp.Or(ctx.Err(), update(func(tx *bbolt.Tx) error { return s.Import(tx, some) })); err != nil {
			return err
		}
		f.records.Add(int64(len(some)))
	}
	return nil
}
