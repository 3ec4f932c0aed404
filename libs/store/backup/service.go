// Package backup takes the records of services out of their stores into an archive, and puts
// them into any store.
//
// A Service says how the records of one service are read and written, in bbolt and in Redis.
// Taking writes an archive of what a Source gives: FromFolder, FromFiles or FromRedis. Restoring
// puts an archive into a folder or under a prefix of Redis where nothing is kept yet. The file
// itself is package archive's, and the commands are package store's.
package backup

import (
	"context"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/archive"
	"xiaozhibo.dev/libs/store/folder"
	"xiaozhibo.dev/libs/store/redisdb"
)

// FileTx is a transaction on the file of a service.
type FileTx = *bbolt.Tx

// Service is how the records of a service are taken out of a store and put into one.
// Records say all that was acknowledged, in the same words whatever the store is.
type Service struct {
	folder.Service
	Format int // of the records that it exports; it imports those of every format up to that

	// Export and Import are of its file. Import is called with some records after the
	// others, in transactions of their own; a record may come twice. It is called on parts
	// of the file, which know nothing of each other: what it writes must follow from the
	// records alone. If several parts have an entry, that of the latest record stays, or what
	// Join makes of theirs.
	Export func(tx FileTx, out Out) error
	Import func(tx FileTx, records [][]byte) error
	// Same returns of a record what it has in common with every other that Import puts in
	// its place, nil if nothing it writes depends on one before. Import is called with the
	// later ones when the first are in the file. A nil Same returns nil.
	Same func(record []byte) []byte

	// FromRedis and IntoRedis are the same of what is kept in Redis, under the keys
	// that match the patterns of RedisKeys.
	RedisKeys func(db *redisdb.DB) (patterns []string)
	FromRedis func(ctx context.Context, db *redisdb.DB, out Out) error
	IntoRedis func(ctx context.Context, db *redisdb.DB, records [][]byte) error
}

// Out takes the records of one service.
type Out struct {
	// Put takes a record, which is encoded as JSON.
	Put func(record any) error
	// Damaged is told of what cannot be read, and is left out.
	Damaged func(what string, err error)
}

// Each calls visit with every record of a bucket, with none of one that is not there:
// nothing was ever kept in it.
func Each(tx FileTx, bucket []byte, visit func(key, value []byte) error) error {
	records := tx.Bucket(bucket)
	if records == nil {
		return nil
	}
	return records.ForEach(visit)
}

// Stored are the files of the services, in the order of the services.
func Stored(services []Service) []folder.Service {
	files := make([]folder.Service, len(services))
	for i, s := range services {
		files[i] = s.Service
	}
	return files
}

// Sections are what services have in an archive, in the order of the services. On
// Redis they are read one after the other, and what refers to sessions must come
// before the sessions: an archive never has likes or members of one that it lacks.
func Sections(services []Service) (sections []archive.Section) {
	for _, s := range services {
		sections = append(sections, archive.Section{Name: s.Name, Format: s.Format})
	}
	return sections
}
