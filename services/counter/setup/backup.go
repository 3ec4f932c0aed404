package setup

import (
	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/services/counter"
	"xiaozhibo.dev/services/counter/boltstore"
	"xiaozhibo.dev/services/counter/redisstore"
)

// Kept says how the service's records are taken out of a store and put into one, bbolt or
// Redis alike. Backup and restore of every program use it, so both stores write and read
// the same records.
func Kept() backup.Service {
	return backup.Service{
		Service:   Stored(),
		Format:    counter.RecordFormat,
		Export:    boltstore.Export,
		Import:    boltstore.Import,
		RedisKeys: redisstore.Keys,
		FromRedis: redisstore.Export,
		IntoRedis: redisstore.Import,
	}
}
