package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"xiaozhibo.dev/test/crowd/audience"
)

// truth compares what the server says with what the crowd knows.
type truth struct {
	url  string
	http *http.Client

	asked          atomic.Uint32
	mu             sync.Mutex
	rooms          int
	viewers, likes int64 // as the server says
	wrong          []string
}

// askers is how many rooms are asked for at once.
const askers = 16

// info is what is looked at of GetUserInfo's and FetchList's reply.
type info struct {
	ViewerCount int64
	LikeCount   int64
	TotalCount  int64
}

// check asks for every room.
func (t *truth) check(ctx context.Context, w *audience.World) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(askers)
	for _, room := range w.Rooms {
		if !room.Opened() {
			continue
		}
		group.Go(func() error {
			got, err := t.ask(ctx, fmt.Sprintf(`{"Action":"GetUserInfo","userid":%q,"type":0}`, room.User))
			if err != nil {
				return fmt.Errorf("room %s: %w", room.User, err)
			}
			t.mu.Lock()
			defer t.mu.Unlock()
			t.rooms++
			t.viewers += got.ViewerCount
			t.likes += got.LikeCount
			t.compare(room.User+" has viewers", got.ViewerCount, room.Viewers())
			t.compare(room.User+" has likes", got.LikeCount, room.Likes())
			return nil
		})
	}
	return group.Wait()
}

// checkList asks how many rooms are listed: those of the crowd, as nobody else is there.
func (t *truth) checkList(ctx context.Context, when string, w *audience.World) error {
	got, err := t.ask(ctx, `{"Action":"FetchList","flag":1,"pageno":1,"pagesize":1}`)
	if err != nil {
		return fmt.Errorf("the list: %w", err)
	}
	t.compare(when+" the list has rooms", got.TotalCount, w.Listed())
	return nil
}

func (t *truth) compare(what string, got int64, want audience.Between) {
	if !want.Holds(got) {
		t.wrong = append(t.wrong, fmt.Sprintf("%s: %d, the crowd knows of %s", what, got, want))
	}
}

// err tells what is not so.
func (t *truth) err() error {
	const shown = 10
	if len(t.wrong) == 0 {
		return nil
	}
	text := strings.Join(t.wrong[:min(len(t.wrong), shown)], "\n")
	return fmt.Errorf("%d numbers are wrong:\n%s", len(t.wrong), text)
}

// ask posts an Action as a client of an address of its own, which must succeed.
func (t *truth) ask(ctx context.Context, body string) (got info, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url, strings.NewReader(body))
	if err != nil {
		return got, fmt.Errorf("ask: %w", err)
	}
	client := t.asked.Add(1)
	req.Header.Set("X-Forwarded-For", fmt.Sprintf("198.%d.%d.%d", 18+client>>16&1, client>>8&0xff, client&0xff))
	resp, err := t.http.Do(req)
	if err != nil {
		return got, fmt.Errorf("ask: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	var reply struct {
		ReturnValue int
		ReturnData  info
	}
	if err := errors.Join(err, json.Unmarshal(text, &reply)); err != nil || reply.ReturnValue != 0 {
		return got, fmt.Errorf("%s is answered with %.200s: %w", body, text, err)
	}
	return reply.ReturnData, nil
}
