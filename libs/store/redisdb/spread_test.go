package redisdb_test

import (
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"

	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
)

// startProxy starts a proxy that passes for one server, and sends each command to that of two which has its first
// key. It refuses what names keys of both if it is told to.
func startProxy(t *testing.T, refuses bool) string {
	t.Helper()
	behind := []*miniredis.Miniredis{miniredis.RunT(t), miniredis.RunT(t)}
	proxy, err := server.NewServer("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	proxy.SetPreHook(func(peer *server.Peer, command string, args ...string) bool {
		var places []int
		for _, key := range keysOf(command, args) {
			places = append(places, int(crc32.ChecksumIEEE([]byte(key))%2))
		}
		if refuses && len(places) > 1 && slices.Min(places) != slices.Max(places) {
			peer.WriteError("ERR keys of one script must be of one server")
			return true
		}
		places = append(places, 0) // for what names no key
		behind[places[0]].Server().Dispatch(peer, append([]string{command}, args...))
		return true
	})
	return proxy.Addr().String()
}

// keysOf returns the keys that a command names.
func keysOf(command string, args []string) []string {
	switch {
	case strings.HasPrefix(command, "EVAL"):
		if n, err := strconv.Atoi(args[1]); err == nil {
			return args[2 : 2+n]
		}
		return nil
	case slices.Contains([]string{"SET", "GET", "HGET", "HGETALL"}, command):
		return args[:1]
	}
	return nil
}

func TestBehindAProxyThatSpreadsKeysEachCallIsWhereItsKeyIs(t *testing.T) {
	t.Parallel()
	mark := redisdb.NewShared(1, `
return each(function(key, first)
  redis.call('HSET', KEYS[key], 'n', ARGV[first])
  return redis.call('HGET', KEYS[key], 'n')
end)`)
	for _, refuses := range []bool{false, true} {
		t.Run(fmt.Sprintf("that refuses scripts with keys of two servers: %t", refuses), func(t *testing.T) {
			t.Parallel()
			db := redistest.Connect(t, redisdb.Config{Addrs: []string{startProxy(t, refuses)}, Prefix: redistest.Prefix()}, nil)
			calls := make([]redisdb.Call, 100)
			for i := range calls {
				calls[i] = redisdb.Call{Keys: []string{db.Key("k", strconv.Itoa(i), "")}, Args: []any{i}}
			}
			if _, err := combine.All(db.Run(t.Context(), mark, calls)); err != nil {
				t.Fatal(err)
			}
			for i, call := range calls {
				if found, err := db.Client().HGet(t.Context(), call.Keys[0], "n").Int(); err != nil || found != i {
					t.Errorf("whoever asks for key %d finds %d, %v", i, found, err)
				}
			}
		})
	}
}
