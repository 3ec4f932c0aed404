package action

import (
	"context"

	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/libs/api/stream"
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
	query := stream.Query{
		Live:     flag == listLive || flag == listBoth,
		Recorded: flag == listRecorded || flag == listBoth,
		Offset:   offset,
		Limit:    limit,
	}
	found, err := a.lists.Do(ctx, query)
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// lists combines FetchLists: however many clients poll, one round asks each
// service once, for all their pages, and makes the reply of each page once.
type lists = combine.Combiner[stream.Query, []byte]

// maxListBatch bounds the pages of one round, all of them different at worst.
const maxListBatch = 256

func newLists(a *Actions, meter metric.Meter) *lists {
	return combine.New(combine.Options{Name: "FetchList", Max: maxListBatch, Meter: meter}, combine.Distinct(a.fetchPages))
}

func (a *Actions) fetchPages(ctx context.Context, queries []stream.Query) ([][]byte, error) {
	pages, err := a.Stream.Pages(ctx, queries)
	if err != nil {
		return nil, err
	}
	rows, err := a.rows(ctx, pages)
	if err != nil {
		return nil, err
	}
	replies := make([][]byte, len(pages))
	for i, page := range pages {
		replies[i] = envelope.Success(pusherList{page.Total, rows[i]})
	}
	return replies, nil
}
