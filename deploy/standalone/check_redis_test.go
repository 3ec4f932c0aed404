package main

import (
	"path/filepath"
	"strings"
	"testing"

	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
)

func TestCheckReadsRedisToo(t *testing.T) {
	config := redisdb.Config{Addrs: []string{redistest.Start(t).Addr()}, Prefix: redistest.Prefix()}
	db := redistest.Connect(t, config, nil)
	args := []string{"-store", "redis", "-redis-addrs", config.Addrs[0], "-redis-prefix", config.Prefix}
	if _, err := run(t, append([]string{"check"}, args...)...); err == nil || !strings.Contains(err.Error(), "there is no data in") {
		t.Errorf("of nothing: %v", err)
	}
	dir, file := filledFolder(t), filepath.Join(t.TempDir(), "archive")
	for _, call := range [][]string{{"backup", "-output", file, "-data-dir", dir}, append([]string{"restore", file}, args...)} {
		if said, err := run(t, call...); err != nil {
			t.Fatalf("%v: %q, %v", call, said, err)
		}
	}
	if said, err := run(t, append([]string{"check"}, args...)...); err != nil || !strings.Contains(said, "are whole") {
		t.Errorf("of what is whole: %q, %v", said, err)
	}
	damaged := db.Key("count", "somebody", "")
	if err := db.Client().HSet(t.Context(), damaged, "s", "1", "n", "many").Err(); err != nil {
		t.Fatal(err)
	}
	said, err := run(t, append([]string{"check"}, args...)...)
	if err == nil || !strings.Contains(err.Error(), "damaged: 1 findings") || !strings.Contains(said, damaged) {
		t.Errorf("of what is damaged: %q, %v", said, err)
	}
}
