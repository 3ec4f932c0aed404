package action

import (
	"context"
	"encoding/json"

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
	TotalCount int   `json:"totalcount"`
	PusherList []row `json:"pusherlist"`
}

func fetchList(ctx context.Context, a *Actions, fields *envelope.Fields) (any, error) {
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
// service once, for all their pages, and encodes each page once.
type lists = combine.Combiner[stream.Query, json.RawMessage]

// maxListBatch bounds the pages of one round, all of them different at worst.
const maxListBatch = 256

func newLists(a *Actions, meter metric.Meter) *lists {
	return combine.New(combine.Options{Name: "FetchList", Max: maxListBatch, Meter: meter}, combine.Distinct(a.fetchPages))
}

func (a *Actions) fetchPages(ctx context.Context, queries []stream.Query) ([]json.RawMessage, error) {
	pages, err := a.Stream.Pages(ctx, queries)
	if err != nil {
		return nil, err
	}
	rows, err := a.rows(ctx, pages)
	if err != nil {
		return nil, err
	}
	encoded := make([]json.RawMessage, len(pages))
	for i, page := range pages {
		if encoded[i], err = envelope.Encode(pusherList{page.Total, rows[i]}); err != nil {
			return nil, err
		}
	}
	return encoded, nil
}
