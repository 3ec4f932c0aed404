package redisstore

import (
	"context"
	_ "embed"
	"fmt"
	"strconv"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
)

var (
	//go:embed page.lua
	pageSource string
	pageScript = redisdb.NewScript(pageSource)
)

// findPages cuts pages out of the list, each in one script and so of one moment. What
// fails for one fails for no other.
func (s *Store) findPages(ctx context.Context, queries []streams.Query) []combine.Result[streams.Page] {
	calls := make([]redisdb.Call, len(queries))
	for i, q := range queries {
		calls[i] = s.pageCall(q)
	}
	pages := make([]combine.Result[streams.Page], len(queries))
	for i, reply := range s.db.Run(ctx, pageScript, calls) {
		if pages[i].Err = reply.Err; reply.Err == nil {
			pages[i].Value, pages[i].Err = s.decodePage(ctx, reply.Value)
		}
	}
	return pages
}

// pageCall is one page, as page.lua takes it.
func (s *Store) pageCall(q streams.Query) redisdb.Call {
	k := s.keys
	return redisdb.Call{
		Keys: []string{k.rooms, k.live, k.alive, k.recordings, k.recorded, k.leaving, k.journal},
		Args: []any{
			s.config.LiveTTL.Milliseconds(), s.config.RecordingWindow.Milliseconds(),
			q.Live, q.Recorded, q.Offset, q.Limit,
		},
	}
}

// decodePage leaves a damaged row out. The total counts it until the next sweep.
func (s *Store) decodePage(ctx context.Context, reply any) (page streams.Page, err error) {
	parts, _ := reply.([]any)
	if len(parts) != 6 {
		return page, redisdb.StorageError(ctx, fmt.Errorf("redis replied %v", reply))
	}
	total, _ := parts[0].(int64)
	page.Total = int(total)
	change, _ := parts[5].(string)
	page.Change, _ = strconv.ParseInt(change, 10, 64)
	entries, _ := parts[2].([]any)
	for i, user := range texts(parts[1]) {
		e, err := decodeEntry(entries[i])
		if err != nil || e == nil {
			s.db.Damaged(ctx, s.keys.rooms, user, err)
			s.suspects.Add(user)
			continue
		}
		page.Sessions = append(page.Sessions, e.Session)
	}
	rows, _ := parts[4].([]any)
	for i, id := range texts(parts[3]) {
		r, err := decodeRow(rows[i])
		if err != nil {
			s.db.Damaged(ctx, s.keys.recordings, id, err)
			continue
		}
		page.Recordings = append(page.Recordings, r.Recording)
	}
	return page, nil
}

// texts reads a list of texts out of a reply. Anything else in the list is an empty text.
func texts(reply any) []string {
	list, _ := reply.([]any)
	found := make([]string, len(list))
	for i, one := range list {
		found[i], _ = one.(string)
	}
	return found
}
