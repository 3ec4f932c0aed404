package action

import (
	"cmp"
	"context"
	"sync"

	"xiaozhibo.dev/libs/api/counter"
	"xiaozhibo.dev/libs/api/room"
	"xiaozhibo.dev/libs/api/signing"
	"xiaozhibo.dev/libs/api/stream"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// about is what other services know of rows: what they are asked and what they
// answered, in the order of the rows.
type about struct {
	counters  []counter.Key
	rooms     []room.Key
	streamIDs []string // of live rows

	likes     []int64
	noLikes   error
	viewers   []int
	noViewers error
	urls      []combine.Result[signing.PlayURLs] // of live rows
}

func aboutRows(pages []stream.Page) *about {
	rows := 0
	for i := range pages {
		rows += len(pages[i].Rooms) + len(pages[i].Recordings)
	}
	q := &about{counters: make([]counter.Key, 0, rows), rooms: make([]room.Key, 0, rows), streamIDs: make([]string, 0, rows)}
	for _, page := range pages {
		for i := range page.Rooms {
			q.add(liveTarget(&page.Rooms[i]))
			q.streamIDs = append(q.streamIDs, page.Rooms[i].StreamID)
		}
		for i := range page.Recordings {
			q.add(recordedTarget(&page.Recordings[i]))
		}
	}
	return q
}

func (q *about) add(t target) {
	q.counters, q.rooms = append(q.counters, t.counter()), append(q.rooms, t.room())
}

// ask asks the three services at once. Its error is that of all URLs together.
func (a *Actions) ask(ctx context.Context, q *about) error {
	soon, cancel := soon(ctx)
	defer cancel()
	var others sync.WaitGroup
	var panicked [2]error
	others.Go(func() {
		defer apierr.Recover(&panicked[0])
		q.likes, q.noLikes = orZeros(soon, q.counters, a.Counter.Get)
	})
	others.Go(func() {
		defer apierr.Recover(&panicked[1])
		q.viewers, q.noViewers = orZeros(soon, q.rooms, a.Room.Sizes)
	})
	err := a.askURLs(ctx, q)
	if err != nil {
		cancel() // the others need not go on
	}
	others.Wait()
	return cmp.Or(err, panicked[0], panicked[1])
}

func (a *Actions) askURLs(ctx context.Context, q *about) (err error) {
	defer apierr.Recover(&err)
	if len(q.streamIDs) > 0 {
		q.urls = a.Signing.Play(ctx, q.streamIDs)
	}
	return combine.Whole(q.urls)
}
