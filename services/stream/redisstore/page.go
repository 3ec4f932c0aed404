package redisstore

import (
	"context"
	"fmt"

	api "xiaozhibo.dev/libs/api/stream"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
)

// chunk bounds what leaves a list at once, and so for how long Redis is held up.
const chunk = 500

// findPages cuts each page, each of one moment. Who is due is settled first.
func (s *Store) findPages(ctx context.Context, queries []api.Query) []combine.Result[api.Page] {
	pages := make([]combine.Result[api.Page], len(queries))
	waiting := make([]int, len(queries))
	for i := range queries {
		waiting[i] = i
	}
	for len(waiting) > 0 {
		calls := make([]redisdb.Call, len(waiting))
		for i, place := range waiting {
			calls[i] = s.pageCall(queries[place])
		}
		replies := s.db.Run(ctx, pageScript, calls)
		var again []int
		var due []string
		for i, place := range waiting {
			if err := replies[i].Err; err != nil {
				pages[place].Err = err
				continue
			}
			users, page, err := decodePage(replies[i].Value)
			switch {
			case err != nil:
				pages[place].Err = redisdb.StorageError(ctx, err)
			case page == nil:
				again, due = append(again, place), users
			default:
				pages[place].Value = *page
			}
		}
		if len(due) > 0 {
			if err := s.settle(ctx, due); err != nil {
				for _, place := range again {
					pages[place].Err = err
				}
				return pages
			}
		}
		waiting = again
	}
	return pages
}

func (s *Store) pageCall(q api.Query) redisdb.Call {
	k := s.keys
	return redisdb.Call{
		Keys: []string{k.rooms, k.live, k.alive, k.recordings, k.recorded, k.leaving},
		Args: []any{
			s.config.LiveTTL.Milliseconds(), s.config.RecordingWindow.Milliseconds(),
			q.Live, q.Recorded, q.Offset, q.Limit, chunk,
		},
	}
}

// decodePage returns the page, or nil and who must be settled before it.
func decodePage(reply any) (due []string, page *api.Page, err error) {
	parts, _ := reply.([]any)
	switch len(parts) {
	case 1:
		return texts(parts[0]), nil, nil
	case 4:
	default:
		return nil, nil, fmt.Errorf("redis replied %v", reply)
	}
	total, _ := parts[1].(int64)
	page = &api.Page{Total: int(total)}
	for _, text := range texts(parts[2]) {
		e, err := decodeEntry(text)
		if err != nil {
			return nil, nil, fmt.Errorf("room on a page: %w", err)
		}
		page.Rooms = append(page.Rooms, e.Room)
	}
	for _, text := range texts(parts[3]) {
		r, err := decodeRecording(text)
		if err != nil {
			return nil, nil, fmt.Errorf("recording on a page: %w", err)
		}
		page.Recordings = append(page.Recordings, *r)
	}
	return nil, page, nil
}

func texts(reply any) []string {
	list, _ := reply.([]any)
	found := make([]string, len(list))
	for i, one := range list {
		found[i], _ = one.(string)
	}
	return found
}
