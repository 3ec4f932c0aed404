package redisdb

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// quiet is the client's own log, which it has one of for the whole process, and not as
// JSON. All that it would log comes back as an error too.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

func init() { redis.SetLogger(quiet{}) }
