package disasters

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// reader reads GET /events as an app does: it connects again, to any copy, with the last id it knows.
type reader struct {
	client *http.Client
	copies []string // addresses; those that are dead are passed over

	lastID   atomic.Int64
	heard    atomic.Bool     // of the room with lastTitle
	lost     []string        // what must not be
	resets   int             // of which the first connection has one
	connects int             //
	live     map[string]bool // who is live, by what it was told
}

// lastTitle is the title of the room that is listed last.
const lastTitle = "the last change"

// row is what is read of any event.
type row struct {
	UserID     string
	Title      string
	Type       int
	PusherList []row
}

// read reads until ctx ends.
func (r *reader) read(ctx context.Context) {
	for at := 0; ctx.Err() == nil; at++ {
		if r.connect(ctx, r.copies[at%len(r.copies)]) != nil && ctx.Err() == nil {
			<-time.After(50 * time.Millisecond)
		}
	}
}

// connect reads one connection to its end.
func (r *reader) connect(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/events", http.NoBody)
	if err != nil {
		return err
	}
	if r.resets > 0 {
		req.Header.Set("Last-Event-ID", strconv.FormatInt(r.lastID.Load(), 10))
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	r.connects++
	lines := bufio.NewReader(resp.Body)
	event, id := "", ""
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return err
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "id":
			id = value
		case "event":
			event = value
		case "data":
			r.take(event, id, value)
			event, id = "", ""
		}
	}
}

// take takes one event. Changes are numbered without a gap, so one that is lost is noticed.
func (r *reader) take(event, id, data string) {
	var told row
	if err := json.Unmarshal([]byte(data), &told); err != nil {
		r.lost = append(r.lost, fmt.Sprintf("%s %s: %v", event, data, err))
	}
	number, _ := strconv.ParseInt(id, 10, 64)
	switch event {
	case "reset":
		r.resets++
		r.live = map[string]bool{}
	case "snapshot":
		for _, listed := range told.PusherList {
			r.live[listed.UserID] = listed.Type == 0
		}
		r.lastID.Store(number)
	case "listed", "changed", "left":
		if last := r.lastID.Load(); number != last+1 {
			r.lost = append(r.lost, fmt.Sprintf("%d came after %d", number, last))
		}
		r.lastID.Store(number)
		if event == "left" {
			delete(r.live, told.UserID)
		} else {
			r.live[told.UserID] = true
		}
		if told.Title == lastTitle {
			r.heard.Store(true)
		}
	}
}
