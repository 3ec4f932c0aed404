package redisdb

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

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
	found, err := db.format(ctx, service)
	if err != nil || found == Format {
		return err
	}
	return db.NoteFormat(ctx, service)
}

// CheckFormat is ClaimFormat for those who only read.
func (db *DB) CheckFormat(ctx context.Context, service string) error {
	_, err := db.format(ctx, service)
	return err
}

// NoteFormat says that keys of services are of the format of this version.
func (db *DB) NoteFormat(ctx context.Context, services ...string) error {
	var pairs []any
	for _, service := range services {
		pairs = append(pairs, db.formatKey(service), Format)
	}
	if err := db.client.MSet(ctx, pairs...).Err(); err != nil {
		return fmt.Errorf("note the format of %s: %w", strings.Join(services, ", "), err)
	}
	return nil
}

// formatKey is that of a service's note. Those of all services share a hash slot.
func (db *DB) formatKey(service string) string { return db.Key("format", "services", ":"+service) }

// format is what is noted of a service, 0 for nothing, and an error if it is newer than this version knows.
func (db *DB) format(ctx context.Context, service string) (found int, err error) {
	key := db.formatKey(service)
	text, err := db.client.Get(ctx, key).Result()
	switch {
	case errors.Is(err, redis.Nil):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("ask redis for %s: %w", key, err)
	}
	if found, err = strconv.Atoi(text); err != nil {
		return 0, fmt.Errorf("redis has the key %s, which is no number: %w", key, ErrNewer)
	}
	if found > Format {
		return 0, fmt.Errorf("redis has the keys of %s under the prefix %q in format %d, %w (%d): start the newer version, or restore a backup under another prefix",
			service, db.prefix, found, ErrNewer, Format)
	}
	return found, nil
}
