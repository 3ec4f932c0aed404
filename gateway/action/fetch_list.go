package action

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
)

// What flag says in FetchList.
const (
	listLive     = 1
	listRecorded = 2
	listBoth     = 3
)

// pusherList is the returnData of FetchList. total counts all rows of the list, not those
// of the page.
type pusherList struct {
	total int
	rows  []row
}

// AppendJSON implements envelope.Data. A page without rows gives an empty list, never null:
// released clients walk through whatever is there.
func (l pusherList) AppendJSON(dst []byte) []byte {
	dst = envelope.AppendInt(dst, `{"totalcount":`, int64(l.total))
	dst = append(dst, `,"pusherlist":[`...)
	for i := range l.rows {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = l.rows[i].AppendJSON(dst)
	}
	return append(dst, "]}"...)
}

// fetchList returns a page of the list: live sessions, recordings, or both with live
// sessions first. Its reply is shared by all callers of one round, see lists.
func fetchList(ctx context.Context, a *Actions, fields input) (*Body, error) {
	flag := fields.OneOf("flag", listLive, listRecorded, listBoth)
	offset, limit := readPage(fields)
	if err := fields.Err(); err != nil {
		return nil, err
	}
	query := streams.Query{
		Live:     flag == listLive || flag == listBoth,
		Recorded: flag == listRecorded || flag == listBoth,
		Offset:   offset,
		Limit:    limit,
	}
	return combine.One(a.lists.Do(ctx, query))
}

// lists combines FetchLists: however many clients poll, one round asks each service once
// for all pages of the round. Clients that ask for the same page share the bytes of one
// reply, which must not be changed.
type lists = combine.Combiner[streams.Query, *Body]

// maxListBatch bounds the calls of one round, and so its different pages. A call more
// waits for the next round.
const maxListBatch = 256

// newLists starts the combiner. It has a goroutine, which Actions.Close ends.
func newLists(a *Actions, meter metric.Meter) *lists {
	return combine.New(combine.Options{Name: "FetchList", Max: maxListBatch, Meter: meter}, combine.Distinct(a.fetchPages))
}

// fetchPages makes the reply of each page. A page that fails takes no other along, except
// where all play URLs of the round fail alike: then all its pages fail, those of
// recordings too.
func (a *Actions) fetchPages(ctx context.Context, queries []streams.Query) []combine.Result[*Body] {
	pages := a.Stream.Pages(ctx, queries)
	replies := make([]combine.Result[*Body], len(pages))
	if err := combine.Whole(pages); err != nil {
		return combine.Fail[*Body](len(queries), err)
	}
	found := make([]streams.Page, len(pages))
	for i, page := range pages {
		found[i] = page.Value // an empty one for one that failed
	}
	for i, rows := range a.rows(ctx, found) {
		if err := errors.Join(pages[i].Err, rows.Err); err != nil {
			replies[i].Err = err
			continue
		}
		replies[i].Value = success(pusherList{found[i].Total, rows.Value})
	}
	return replies
}
