package setup

import (
	"context"

	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/room"
	"xiaozhibo.dev/services/room/boltstore"
	"xiaozhibo.dev/services/room/redisstore"
)

// Kept says how the service's records are taken out of a store and put into one, bbolt or
// Redis alike. Backup and restore of every program use it, so both stores write and read
// the same records. It reads config when it is run, not now.
func Kept(config *room.Config) backup.Service {
	return backup.Service{
		Service:   Stored(),
		Format:    room.RecordFormat,
		Export:    boltstore.Export,
		Import:    boltstore.Import,
		RedisKeys: redisstore.Keys,
		FromRedis: func(ctx context.Context, db *redisdb.DB, out backup.Out) error {
			return redisstore.Export(ctx, db, *config, out)
		},
		IntoRedis: func(ctx context.Context, db *redisdb.DB, records [][]byte) error {
			return redisstore.Import(ctx, db, *config, records)
		},
	}
}
