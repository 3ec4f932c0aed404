package redisdb

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// scanChunk is about how many keys are looked at in one step of a scan, and so for
// how long Redis is held up.
const scanChunk = 1000

// literal keeps what a prefix has from meaning something in a pattern.
var literal = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`, `^`, `\^`)

// Pattern matches the keys of one kind and part, of every tag. The part may be a
// pattern itself.
func (db *DB) Pattern(kind, part string) string {
	return literal.Replace(db.prefix) + kind + ":{*}" + part
}

// Tag returns the tag of a key of one kind.
func (db *DB) Tag(kind, key string) (string, error) {
	rest, ours := strings.CutPrefix(key, db.prefix+kind+":{")
	escaped, _, ends := strings.Cut(rest, "}")
	if !ours || !ends {
		return "", fmt.Errorf("it is no key of the kind %s", kind)
	}
	return url.QueryUnescape(escaped)
}

// Prefix begins every key.
func (db *DB) Prefix() string { return db.prefix }

// Scan calls each with the keys that match a pattern, some at a time: all that are
// there from the beginning of the scan to its end, and perhaps others, and perhaps
// one twice. In a Cluster no slot may move meanwhile.
func (db *DB) Scan(ctx context.Context, pattern string, each func(keys []string) error) error {
	masters, err := db.masters(ctx)
	if err != nil {
		return err
	}
	for _, master := range masters {
		for cursor := uint64(0); ; {
			keys, next, err := master.Scan(ctx, cursor, pattern, scanChunk).Result()
			if err != nil {
				return fmt.Errorf("read the keys of redis: %w", err)
			}
			if len(keys) > 0 {
				if err := each(keys); err != nil {
					return err
				}
			}
			if cursor = next; cursor == 0 {
				break
			}
		}
	}
	return nil
}

// masters are the nodes that have all keys.
func (db *DB) masters(ctx context.Context) ([]redis.Cmdable, error) {
	cluster, ok := db.client.(*redis.ClusterClient)
	if !ok {
		return []redis.Cmdable{db.client}, nil
	}
	var found []redis.Cmdable
	var mu sync.Mutex // masters are called side by side
	err := cluster.ForEachMaster(ctx, func(_ context.Context, master *redis.Client) error {
		mu.Lock()
		defer mu.Unlock()
		found = append(found, master)
		return nil
	})
	return found, err
}
