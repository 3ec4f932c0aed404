package boltstore_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/store/storebench"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/storetest"
)

// BenchmarkOpen opens sessions, each of which replaces one: 128 callers for 500 users in
// turn, as RequestLVBAddr in make cost. CPU-µs/op is processor time, which does not count
// the disk.
func BenchmarkOpen(b *testing.B) {
	const callers, users = 128, 500
	config := storetest.BenchConfig
	config.SummaryTTL = time.Hour
	store := mustOpen(b, filepath.Join(b.TempDir(), "stream.db"), config, time.Now)
	b.Cleanup(func() { mustClose(b, store) })
	service := stream.New(config, store)
	picture := "http://pictures.example.com/" + strings.Repeat("x", 20) + ".jpg"
	before := spent(b)
	storebench.Race(b, callers, func(i int) error {
		user := fmt.Sprintf("opener%d", i%users)
		_, err := service.Open(b.Context(), streams.Opening{
			User: user, StreamID: "8888_" + user, Group: fmt.Sprint("g", i/users), Title: "What " + user + " shows today",
			Profile: streams.Profile{Nickname: "Nick of " + user, HeadPic: picture, FrontCover: picture, Location: "Shenzhen"},
		})
		return err
	})
	b.ReportMetric(float64((spent(b)-before).Nanoseconds())/1e3/float64(b.N), "CPU-µs/op")
}

// spent is the processor time of this process until now.
func spent(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
