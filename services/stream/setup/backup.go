package setup

import (
	"context"

	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/boltstore"
	"xiaozhibo.dev/services/stream/redisstore"
)

// Kept says how the service's records are taken out of a store and put into one, bbolt or
// Redis alike. Backup and restore of every program use it, so both stores write and read
// the same records. It reads config when it is run, not now.
func Kept(config *stream.Config) backup.Service {
	return backup.Service{
		Service:   Stored(),
		Format:    stream.RecordFormat,
		Same:      stream.Same,
		Export:    boltstore.Export,
		RedisKeys: redisstore.Keys,
		FromRedis: redisstore.Export,
		Import: func(tx backup.FileTx, records [][]byte) error {
			return boltstore.Import(tx, *config, records)
		},
		IntoRedis: func(ctx context.Context, db *redisdb.DB, records [][]byte) error {
			return redisstore.Import(ctx, db, *config, records)
		},
	}
}
