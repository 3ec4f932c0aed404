package redisdb

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// Format is that of the keys of every service. It grows only with a change that the version
// before could not read: both versions run at once during an upgrade.
const Format = 1

// ErrNewer is wrapped by the error for keys that a later version has written.
var ErrNewer = errors.New("newer than this version knows")

// ClaimFormat notes the format of a service's keys, for versions to come, and refuses keys of a
// newer one. Nothing is written then. Keys without a note are of format 1.
func (db *DB) ClaimFormat(ctx context.Context, service string) error {
	key := db.Key("format", "services", ":"+service)
	text, err := db.client.Get(ctx, key).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return fmt.Errorf("ask redis for %s: %w", key, err)
	}
	found := 0
	if err == nil {
		if found, err = strconv.Atoi(text); err != nil {
			return fmt.Errorf("redis has the key %s, which is no number: %w", key, ErrNewer)
		}
	}
	if found > Format {
		return fmt.Errorf("redis has the keys of %s under the prefix %q in format %d, %w (%d): start the newer version, or restore a backup under another prefix",
			service, db.prefix, found, ErrNewer, Format)
	}
	if found == Format {
		return nil
	}
	if err := db.client.Set(ctx, key, Format, 0).Err(); err != nil {
		return fmt.Errorf("note the format in %s: %w", key, err)
	}
	return nil
}
