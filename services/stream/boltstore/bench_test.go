package boltstore_test

import (
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	api "xiaozhibo.dev/libs/api/stream"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/boltstore"
)

const (
	pageSize          = 20
	roomsPerRecording = 10 // one recording for so many rooms
	benchEpoch        = 1_480_000_000
)

// BenchmarkPage reads pages of lists of several sizes: a page costs the same at
// any depth, and all but the same in any list. B/room is the memory of a live
// room and its share of the recordings.
func BenchmarkPage(b *testing.B) {
	for _, rooms := range []int{1e3, 1e5, 1e6} {
		b.Run(fmt.Sprintf("rooms=%d", rooms), func(b *testing.B) {
			if rooms > 1e5 && testing.Short() {
				b.Skip("a million rooms take half a minute to write; run without -short")
			}
			store, perRoom := filled(b, rooms)
			recordings := rooms / roomsPerRecording
			for _, list := range []struct {
				name  string
				query api.Query
				rows  int
			}{
				{"live", api.Query{Live: true}, rooms},
				{"both", api.Query{Live: true, Recorded: true}, rooms + recordings},
			} {
				for _, depth := range []int{1, 10_000} {
					offset := min(depth-1, list.rows/pageSize-1) * pageSize
					b.Run(fmt.Sprintf("%s/depth=%d", list.name, offset/pageSize+1), func(b *testing.B) {
						readPages(b, store, list.query, offset, perRoom)
					})
				}
			}
			b.Run("both/border", func(b *testing.B) {
				readPages(b, store, api.Query{Live: true, Recorded: true}, rooms-pageSize/2, perRoom)
			})
		})
	}
}

func readPages(b *testing.B, store stream.Store, q api.Query, offset int, perRoom float64) {
	b.Helper()
	q.Offset, q.Limit = offset, pageSize
	b.ReportAllocs()
	for b.Loop() {
		pages, err := store.Pages(b.Context(), []api.Query{q})
		if err != nil {
			b.Fatalf("Pages: %v", err)
		}
		if got := len(pages[0].Rooms) + len(pages[0].Recordings); got != pageSize {
			b.Fatalf("%d rows, want %d", got, pageSize)
		}
	}
	b.ReportMetric(perRoom, "B/room")
}

// filled returns a store of so many live rooms, and the bytes of memory of each.
// They are those of a store just opened: writing leaves buffers behind.
func filled(b *testing.B, rooms int) (store *boltstore.Store, perRoom float64) {
	b.Helper()
	path := filepath.Join(b.TempDir(), "stream.db")
	config := stream.Config{LiveTTL: time.Hour, MinRecording: time.Minute, RecordingWindow: time.Hour}
	now := func() time.Time { return time.Unix(benchEpoch, 0) }
	fill(b, path, config, now, rooms)

	before := heap()
	store = mustOpen(b, path, config, now)
	b.Cleanup(func() { mustClose(b, store) })
	return store, float64(heap()-before) / float64(rooms)
}

// fill puts the rooms from as many goroutines as one commit takes writes.
func fill(b *testing.B, path string, config stream.Config, now func() time.Time, rooms int) {
	b.Helper()
	store := mustOpen(b, path, config, now)
	defer mustClose(b, store)
	next := make(chan int)
	var writers sync.WaitGroup
	for range 4096 {
		writers.Go(func() {
			for i := range next {
				if err := putRoom(b, store, i); err != nil {
					b.Errorf("room %d: %v", i, err)
				}
			}
		})
	}
	for i := range rooms {
		next <- i
	}
	close(next)
	writers.Wait()
}

// heap returns the bytes in use. What finalizers and pools hold is freed by the
// second collection only.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// putRoom keeps a live room as the service would, and every so often a recording.
func putRoom(b *testing.B, store *boltstore.Store, i int) error {
	b.Helper()
	user := fmt.Sprintf("user-%08d", i)
	profile := api.Profile{
		Nickname: "nickname of " + user, HeadPic: "https://img.example/" + user + "/head.png",
		FrontCover: "https://img.example/" + user + "/cover.png", Location: "深圳", Desc: "",
	}
	return store.Update(b.Context(), user, func(tx stream.Tx) error {
		now := tx.Now().UnixMilli()
		err := tx.PutAnchor(stream.Anchor{
			Room: api.Room{
				User: user, Session: now, StreamID: "8888_" + user, Group: "group-" + user, Title: "title of " + user,
				Profile: profile, Timestamp: benchEpoch - int64(i/3), Online: true,
			},
			Opened: now, FirstOnline: now, SaidOnline: now, Due: now + time.Hour.Milliseconds(),
		})
		if err != nil || i%roomsPerRecording != 0 {
			return err
		}
		id := "file-" + user
		return tx.PutRecording(api.Recording{
			User: user, FileID: id, Title: "title of " + user, Profile: profile, FLV: "https://vod.example/" + id + ".flv",
			Start: benchEpoch - int64(i/3), End: benchEpoch,
		}, id)
	})
}
