package action

import (
	"context"
	"encoding/json"
	"errors"

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
	found, err := combine.One(a.lists.Do(ctx, query))
	if err != nil {
		return nil, err
	}
	return found, nil
}

// lists combines FetchLists: however many clients poll, one round asks each
// service once, for all their pages, and encodes each page once.
type lists = combine.Combiner[stream.Query, json.RawMessage]

// maxListBatch bounds the pages of one round, all of them different at worst.
const maxListBatch = 256

func newLists(a *Actions, meter metric.Meter) *lists {
	return combine.New(combine.Options{Name: "FetchList", Max: maxListBatch, Meter: meter}, combine.Distinct(a.fetchPages))
}

// fetchPages fails those pages only that cannot be had.
func (a *Actions) fetchPages(ctx context.Context, queries []stream.Query) []combine.Result[json.RawMessage] {
	pages := a.Stream.Pages(ctx, queries)
	encoded := make([]combine.Result[json.RawMessage], len(pages))
	if err := combine.Whole(pages); err != nil {
		return combine.Fail[json.RawMessage](len(queries), err)
	}
	found := make([]stream.Page, len(pages))
	for i, page := range pages {
		found[i] = page.Value // an empty one for one that failed
	}
	for i, rows := range a.rows(ctx, found) {
		err := errors.Join(pages[i].Err, rows.Err)
		if err == nil {
			encoded[i].Value, err = envelope.Encode(pusherList{found[i].Total, rows.Value})
		}
		encoded[i].Err = err
	}
	return encoded
}
