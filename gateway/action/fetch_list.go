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

type pusherList struct {
	total int
	rows  []row
}

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

func fetchList(ctx context.Context, a *Actions, fields *envelope.Fields) ([]byte, error) {
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
	found, err := combine.One(a.lists.Do(ctx, query))
	if err != nil {
		return nil, err
	}
	return found, nil
}

// lists combines FetchLists: however many clients poll, one round asks each
// service once, for all their pages, and makes the reply of each page once.
type lists = combine.Combiner[streams.Query, []byte]

// maxListBatch bounds the pages of one round, all of them different at worst.
const maxListBatch = 256

func newLists(a *Actions, meter metric.Meter) *lists {
	return combine.New(combine.Options{Name: "FetchList", Max: maxListBatch, Meter: meter}, combine.Distinct(a.fetchPages))
}

// fetchPages fails those pages only that cannot be had.
func (a *Actions) fetchPages(ctx context.Context, queries []streams.Query) []combine.Result[[]byte] {
	pages := a.Stream.Pages(ctx, queries)
	replies := make([]combine.Result[[]byte], len(pages))
	if err := combine.Whole(pages); err != nil {
		return combine.Fail[[]byte](len(queries), err)
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
		replies[i].Value = envelope.Success(pusherList{found[i].Total, rows.Value})
	}
	return replies
}
