package redisstore

import (
	"context"
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/session"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/counter"
)

// pastKind is that of the keys of past sessions. add.lua and past.lua say what is in them.
const pastKind = "past"

var (
	//go:embed past.lua
	pastSource string
	pastScript = redisdb.NewScript(fmt.Sprintf("local KEPT = %d\n", session.KeptFor.Milliseconds()) + pastSource)
)

// pastKey returns the key of the past of a counter. It has the same tag as the counter, so
// one script may change both: add.lua moves a count from the one to the other.
func (s *Store) pastKey(name string) string { return s.db.Key(pastKind, name, "") }

// getPast reads what sessions that are over came to into counts. places are those of their
// keys. It is a second round trip, which only they wait for.
func (s *Store) getPast(ctx context.Context, keys []counters.Key, places []int, counts []combine.Result[int64]) {
	if len(places) == 0 {
		return
	}
	calls := make([]redisdb.Call, len(places))
	for i, place := range places {
		calls[i] = redisdb.Call{Keys: []string{s.pastKey(keys[place].Name)}, Args: []any{keys[place].Session}}
	}
	for i, reply := range s.db.Run(ctx, pastScript, calls) {
		count, ok := reply.Value.(int64)
		if reply.Err == nil && !ok {
			reply.Err = redisdb.StorageError(ctx, fmt.Errorf("key %q: redis replied %v", calls[i].Keys[0], reply.Value))
		}
		counts[places[i]] = combine.Result[int64]{Value: count, Err: reply.Err}
	}
}

// putPasts puts out what the past sessions of one counter have come to.
func putPasts(db *redisdb.DB, key string, fields map[string]string, out backup.Out) error {
	name, err := db.Tag(pastKind, key)
	if err != nil {
		out.Damaged(fmt.Sprintf("key %q", key), err)
		return nil
	}
	for field, text := range fields {
		number, past, err := decodePast(field, text)
		if err != nil {
			out.Damaged(fmt.Sprintf("key %q", key), err)
			continue
		}
		if err := out.Put(counter.NewPastRecord(name, number, past)); err != nil {
			return err
		}
	}
	return nil
}

// decodePast reads a field of the hash, the session, and its text, "count time".
func decodePast(field, text string) (number int64, past counter.Past, err error) {
	count, at, _ := strings.Cut(text, " ")
	for target, text := range map[*int64]string{&number: field, &past.Count: count, &past.At: at} {
		if *target, err = strconv.ParseInt(text, 10, 64); err != nil {
			return 0, counter.Past{}, fmt.Errorf("damaged: %w", err)
		}
	}
	return number, past, nil
}
