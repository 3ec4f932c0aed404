package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/services/stream"
)

const (
	pageSize          = 20
	roomsPerRecording = 10 // one recording for so many sessions
	benchEpoch        = 1_480_000_000
)

// BenchConfig and BenchNow are what a store is opened with that Fill fills.
var BenchConfig = stream.Config{LiveTTL: time.Hour, MinRecording: time.Minute, RecordingWindow: time.Hour, AnchorTTL: time.Hour}

// BenchNow is the time of a store that Fill fills.
func BenchNow() time.Time { return time.Unix(benchEpoch, 0) }

// BenchmarkPages reads pages of a store that Fill has filled, at several depths.
// perRoom is reported as the memory of a live session and its share of recordings.
func BenchmarkPages(b *testing.B, store stream.Store, rooms int, perRoom float64) {
	recordings := rooms / roomsPerRecording
	for _, list := range []struct {
		name  string
		query streams.Query
		rows  int
	}{
		{"live", streams.Query{Live: true}, rooms},
		{"both", streams.Query{Live: true, Recorded: true}, rooms + recordings},
	} {
		for _, depth := range []int{1, 10_000} {
			offset := min(depth-1, list.rows/pageSize-1) * pageSize
			b.Run(fmt.Sprintf("%s/depth=%d", list.name, offset/pageSize+1), func(b *testing.B) {
				readPages(b, store, list.query, offset, perRoom)
			})
		}
	}
	b.Run("both/border", func(b *testing.B) {
		readPages(b, store, streams.Query{Live: true, Recorded: true}, rooms-pageSize/2, perRoom)
	})
}

// readPages fails if a page is not full: a fast answer may be a wrong one.
func readPages(b *testing.B, store stream.Store, q streams.Query, offset int, perRoom float64) {
	b.Helper()
	q.Offset, q.Limit = offset, pageSize
	b.ReportAllocs()
	for b.Loop() {
		pages, err := combine.All(store.Pages(b.Context(), []streams.Query{q}))
		if err != nil {
			b.Fatalf("Pages: %v", err)
		}
		if got := len(pages[0].Sessions) + len(pages[0].Recordings); got != pageSize {
			b.Fatalf("%d rows, want %d", got, pageSize)
		}
	}
	b.ReportMetric(perRoom, "B/room")
}

// Fill puts so many live sessions, from as many goroutines as one commit takes writes.
func Fill(b *testing.B, store stream.Store, rooms int) {
	b.Helper()
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

// putRoom keeps a live session as the service would, and every so often a recording.
func putRoom(b *testing.B, store stream.Store, i int) error {
	b.Helper()
	user := fmt.Sprintf("user-%08d", i)
	profile := streams.Profile{
		Nickname: "nickname of " + user, HeadPic: "https://img.example/" + user + "/head.png",
		FrontCover: "https://img.example/" + user + "/cover.png", Location: "深圳", Desc: "",
	}
	return store.Update(b.Context(), user, stream.Reads{}, func(tx stream.Tx) error {
		now := tx.Now().UnixMilli()
		err := tx.PutAnchor(stream.Anchor{
			Current: stream.Current{
				Session: streams.Session{
					User: user, Number: now, StreamID: "8888_" + user, Group: "group-" + user, Title: "title of " + user,
					Profile: profile, Timestamp: benchEpoch - int64(i/3), Online: true,
				},
				Opened: now, FirstOnline: now, Alive: now,
			},
			History: stream.History{Latest: now, SaidOnline: now},
		})
		if err != nil || i%roomsPerRecording != 0 {
			return err
		}
		id := "file-" + user
		return tx.PutRecording(stream.Recording{Recording: streams.Recording{
			User: user, FileID: id, Title: "title of " + user, Profile: profile, FLV: "https://vod.example/" + id + ".flv",
			Start: benchEpoch - int64(i/3), End: benchEpoch,
		}}, id)
	})
}
