package redisstore

import (
	"context"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/libs/store/redisdb"
)

// UsersOf implements stream.Store. 0xff ends the range: no user id has it, being UTF-8.
func (s *Store) UsersOf(ctx context.Context, fileID string) ([]string, error) {
	prefix := userPrefix(fileID)
	users, err := s.db.Client().ZRangeByLex(ctx, s.keys.fileUsers, &redis.ZRangeBy{Min: "[" + prefix, Max: "(" + prefix + "\xff"}).Result()
	for i, key := range users {
		users[i] = strings.TrimPrefix(key, prefix)
	}
	return users, redisdb.StorageError(ctx, err)
}

// indexFiles lets file ids lead to their users where they were kept before that was. Until
// it is done, a file that is gone may not be found.
func (s *Store) indexFiles(ctx context.Context) error {
	if s.swept.indexed.Load() {
		return nil
	}
	if done, err := s.get(ctx, s.keys.journal, "indexed"); err != nil || done != "" {
		s.swept.indexed.Store(err == nil)
		return err
	}
	err := s.scan(ctx, s.keys.files, func(names, _ []string) error {
		var members []redis.Z
		for _, name := range names {
			if user, fileID, ok := splitFileKey(name); ok {
				members = append(members, redis.Z{Member: fileUserKey(fileID, user)})
			}
		}
		return s.db.Client().ZAdd(ctx, s.keys.fileUsers, members...).Err()
	})
	if err == nil {
		err = s.db.Client().HSet(ctx, s.keys.journal, "indexed", strconv.Itoa(1)).Err()
	}
	return redisdb.StorageError(ctx, err)
}
