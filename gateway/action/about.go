package action

import (
	"cmp"
	"context"
	"sync"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// about is what other services know of rows: what they are asked and what they
// answered, in the order of the rows.
type about struct {
	counters  []counters.Key
	rooms     []members.Key
	streamIDs []string // of live rows

	likes     []int64
	noLikes   error
	viewers   []int
	noViewers error
	urls      []combine.Result[signatures.PlayURLs] // of live rows
}

func aboutRows(pages []streams.Page) *about {
	rows := 0
	for i := range pages {
		rows += len(pages[i].Sessions) + len(pages[i].Recordings)
	}
	q := &about{counters: make([]counters.Key, 0, rows), rooms: make([]members.Key, 0, rows), streamIDs: make([]string, 0, rows)}
	for _, page := range pages {
		for i := range page.Sessions {
			q.add(liveTarget(&page.Sessions[i]))
			q.streamIDs = append(q.streamIDs, page.Sessions[i].StreamID)
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
