package redistest

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// prefixMark stands for the prefix of the keys in a dump.
const prefixMark = "PREFIX:"

// Dump returns the commands that make all keys under a prefix, one a line, each word in
// quotes. A time to live is left out: none would be there when the commands are carried out
// years later.
func Dump(t testing.TB, address, prefix string) []byte {
	t.Helper()
	db := redis.NewClient(&redis.Options{Addr: address})
	defer db.Close()
	keys, err := db.Keys(t.Context(), strings.NewReplacer("[", `\[`, "*", `\*`).Replace(prefix)+"*").Result()
	must(t, err)
	slices.Sort(keys)
	var text bytes.Buffer
	for _, key := range keys {
		commands, err := commandsOf(t.Context(), db, key)
		must(t, err)
		for _, command := range commands {
			command[1] = strings.Replace(key, prefix, prefixMark, 1)
			for i, word := range command {
				command[i] = strconv.Quote(word)
			}
			text.WriteString(strings.Join(command, " ") + "\n")
		}
	}
	return text.Bytes()
}

// commandsOf returns the commands that make a key: one, but for a stream, whose entries come one by one.
func commandsOf(ctx context.Context, db *redis.Client, key string) (commands [][]string, err error) {
	kind, err := db.Type(ctx, key).Result()
	if err != nil {
		return nil, err
	}
	if kind != "stream" {
		command, err := commandOf(ctx, db, key, kind)
		return [][]string{command}, err
	}
	entries, err := db.XRange(ctx, key, "-", "+").Result()
	for _, entry := range entries {
		command := []string{"XADD", key, entry.ID}
		for _, field := range slices.Sorted(maps.Keys(entry.Values)) {
			command = append(command, field, fmt.Sprint(entry.Values[field]))
		}
		commands = append(commands, command)
	}
	return commands, err
}

// commandOf returns the command that makes a key of any other kind.
func commandOf(ctx context.Context, db *redis.Client, key, kind string) (command []string, err error) {
	switch kind {
	case "string":
		value, err := db.Get(ctx, key).Result()
		return []string{"SET", key, value}, err
	case "hash":
		fields, err := db.HGetAll(ctx, key).Result()
		command = []string{"HSET", key}
		for _, field := range sorted(fields) {
			command = append(command, field, fields[field])
		}
		return command, err
	case "zset":
		members, err := db.ZRangeWithScores(ctx, key, 0, -1).Result()
		command = []string{"ZADD", key}
		for _, member := range members {
			command = append(command, strconv.FormatFloat(member.Score, 'f', -1, 64), fmt.Sprint(member.Member))
		}
		return command, err
	case "set":
		members, err := db.SMembers(ctx, key).Result()
		slices.Sort(members)
		return append([]string{"SADD", key}, members...), err
	case "list":
		values, err := db.LRange(ctx, key, 0, -1).Result()
		return append([]string{"RPUSH", key}, values...), err
	default:
		return nil, fmt.Errorf("a %s cannot be frozen yet", kind)
	}
}

func sorted(fields map[string]string) (names []string) {
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Load carries out commands of Dump, under a prefix of its own.
func Load(t testing.TB, address, prefix string, commands []byte) {
	t.Helper()
	db := redis.NewClient(&redis.Options{Addr: address})
	defer db.Close()
	for line := range strings.Lines(string(commands)) {
		var command []any
		for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
			quoted, err := strconv.QuotedPrefix(line)
			must(t, err)
			word, err := strconv.Unquote(quoted)
			must(t, err)
			command, line = append(command, word), line[len(quoted):]
		}
		key, _ := command[1].(string)
		command[1] = strings.Replace(key, prefixMark, prefix, 1)
		must(t, db.Do(t.Context(), command...).Err())
	}
}
