package setup

import (
	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/services/signing"
	"xiaozhibo.dev/services/signing/boltstore"
	"xiaozhibo.dev/services/signing/redisstore"
)

// Kept says how the service's records are taken out of a store and put into one, bbolt or
// Redis alike. Backup and restore of every program use it, so both stores write and read
// the same records.
func Kept() backup.Service {
	return backup.Service{
		Service:   Stored(),
		Format:    signing.RecordFormat,
		Export:    boltstore.Export,
		Import:    boltstore.Import,
		RedisKeys: redisstore.Keys,
		FromRedis: redisstore.Export,
		IntoRedis: redisstore.Import,
	}
}
