package redisdb

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// restoring is the key that is there while a service's records are put under the prefix,
// and stays if that does not come to its end. The keys of all services share a hash slot,
// so that they come and go together.
func (db *DB) restoring(service string) string { return db.Key("restoring", "services", ":"+service) }

// IsRestoring tells whether a restore of a service has begun and not come to its end.
func (db *DB) IsRestoring(ctx context.Context, service string) (bool, error) {
	there, err := db.client.Exists(ctx, db.restoring(service)).Result()
	if err != nil {
		return false, fmt.Errorf("ask redis for %s: %w", db.restoring(service), err)
	}
	return there != 0, nil
}

// UnfinishedRestore is the error where a service's restore has not come to its end.
func (db *DB) UnfinishedRestore(service string) error {
	return fmt.Errorf("redis has the key %s: a restore of %s under the prefix %q is under way or was not finished: let it end or restore again, or delete what is under the prefix",
		db.restoring(service), service, db.prefix)
}

// BeginRestore keeps processes from beginning to use what is kept of services, until
// EndRestore of the same.
func (db *DB) BeginRestore(ctx context.Context, services ...string) error {
	var pairs []any
	for _, service := range services {
		pairs = append(pairs, db.restoring(service), "")
	}
	return db.client.MSet(ctx, pairs...).Err()
}

// EndRestore says that all is there.
func (db *DB) EndRestore(ctx context.Context, services ...string) error {
	var keys []string
	for _, service := range services {
		keys = append(keys, db.restoring(service))
	}
	return db.client.Del(ctx, keys...).Err()
}

// Unlink deletes keys, which may be of several nodes.
func (db *DB) Unlink(ctx context.Context, keys []string) error {
	_, err := db.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for _, key := range keys {
			pipe.Unlink(ctx, key)
		}
		return nil
	})
	return err
}
