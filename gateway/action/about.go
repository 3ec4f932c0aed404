package action

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// about holds what the rows of a reply need from other services: the questions, and then the
// answers. All slices but streamIDs and urls have one item for each row, in the order of the
// rows. One about is made, asked and read in one request, by one goroutine and those that
// askAtOnce waits for; nothing keeps it. The service that was asked decides none of its order:
// answers come back as the questions stood.
type about struct {
	counters  []counters.Key
	rooms     []members.Key
	streamIDs []string // of live rows

	likes     []int64
	noLikes   error
	viewers   []int
	noViewers error
	urls      []combine.Result[signatures.PlayURLs] // of live rows

	// Room for the questions of one row, as most replies that are not shared have.
	counter  [1]counters.Key
	room     [1]members.Key
	streamID [1]string
}

// aboutRows returns the questions for all rows of pages. The order is that in which
// Actions.rows reads the answers: page by page, in each page the sessions before the
// recordings.
func aboutRows(pages []streams.Page) *about {
	rows := 0
	for i := range pages {
		rows += len(pages[i].Sessions) + len(pages[i].Recordings)
	}
	q := &about{}
	q.counters, q.rooms, q.streamIDs = slices.Grow(q.counter[:0], rows), slices.Grow(q.room[:0], rows), slices.Grow(q.streamID[:0], rows)
	for _, page := range pages {
		for i := range page.Sessions {
			q.add(sessionTarget(&page.Sessions[i]))
			q.streamIDs = append(q.streamIDs, page.Sessions[i].StreamID)
		}
		for i := range page.Recordings {
			q.add(recordedTarget(&page.Recordings[i]))
		}
	}
	return q
}

// add asks for the likes and the viewers of one row.
func (q *about) add(t target) {
	q.counters, q.rooms = append(q.counters, t.counter()), append(q.rooms, t.room())
}

// ask asks the three services and keeps the answers in q. It fails where all play URLs
// fail alike: a URL that fails alone stays in q.urls. Likes and viewers that are missing
// are told by q.noLikes and q.noViewers.
func (a *Actions) ask(ctx context.Context, q *about) error {
	if !a.Mapped {
		return a.askAtOnce(ctx, q)
	}
	if err := a.askURLs(ctx, q); err != nil {
		return err
	}
	q.likes, q.noLikes = orZeros(ctx, q.counters, a.Counter.Get)
	q.viewers, q.noViewers = orZeros(ctx, q.rooms, a.Room.Sizes)
	return nil
}

// askAtOnce asks the three services at the same time. Likes and viewers get a part of the
// time only, see patience. A panic in one of the goroutines becomes the error, because no
// caller above could catch it.
func (a *Actions) askAtOnce(ctx context.Context, q *about) error {
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

// askURLs asks for the play URLs of the live rows. Recordings need none: the live platform
// sent theirs.
func (a *Actions) askURLs(ctx context.Context, q *about) (err error) {
	defer apierr.Recover(&err)
	if len(q.streamIDs) > 0 {
		q.urls = a.Signing.Play(ctx, q.streamIDs)
	}
	return combine.Whole(q.urls)
}
