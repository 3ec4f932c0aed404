package setup

import (
	"context"

	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/boltstore"
	"xiaozhibo.dev/services/stream/redisstore"
)

// Kept is how the service's records are taken out of a store and put into one. The
// configuration is read when they are.
func Kept(config *stream.Config) backup.Service {
	return backup.Service{
		Service:   Stored(),
		Format:    stream.RecordFormat,
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
