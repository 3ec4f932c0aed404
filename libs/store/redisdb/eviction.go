package redisdb

import (
	"context"
	"strings"

	"github.com/redis/go-redis/v9"
)

// warnOfEviction tells of a Redis that may throw away what it was given. A server that does
// not let us look is not asked again.
func (db *DB) warnOfEviction(ctx context.Context) {
	look := func(ctx context.Context, node *redis.Client) error {
		info, err := node.Info(ctx, "memory").Result()
		if policy := field(info, "maxmemory_policy"); err == nil && policy != "" && policy != "noeviction" {
			db.log.Warn("redis evicts keys when its memory is full, and parts of rooms and lists are lost: set maxmemory-policy to noeviction",
				"address", node.Options().Addr, "maxmemory_policy", policy, "maxmemory", field(info, "maxmemory"))
		}
		return nil
	}
	switch client := db.client.(type) {
	case *redis.Client:
		_ = look(ctx, client)
	case *redis.ClusterClient:
		_ = client.ForEachMaster(ctx, look)
	}
}

// field is one field of INFO.
func field(info, name string) string {
	for line := range strings.Lines(info) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
