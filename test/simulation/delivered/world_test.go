// Package delivered_test proves what is promised of webhooks on the stream service's own log, in
// synthetic time: whatever becomes of the receiver and of the copies that send, every webhook is
// taken at least once, in the order of its session, or is a dead letter that can be seen.
package delivered_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"xiaozhibo.dev/gateway/webhook"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/telemetry"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/boltstore"
)

// retryFor is how long a webhook is tried, and kept how long the log has it: a day longer. The
// log keeps only few changes that are older.
const (
	retryFor = 4 * time.Hour
	kept     = 28 * time.Hour
)

// world is a stream service on a file, and a receiver.
type world struct {
	t *testing.T
	*stream.Service
	receiver receiver
}

func newWorld(t *testing.T, dir string) *world {
	t.Helper()
	settings := stream.Config{
		LiveTTL: 24 * time.Hour, MinRecording: time.Minute, RecordingWindow: 7 * 24 * time.Hour, AnchorTTL: 24 * time.Hour,
		SummaryTTL: 24 * time.Hour, ChangesTTL: kept, MaxChanges: 10,
	}
	store, err := boltstore.Open(filepath.Join(dir, "stream.db"), settings, time.Now, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return &world{t: t, Service: stream.New(settings, store)}
}

// session lets a user go live and end again, and have a recording of it.
func (w *world) session(user string) {
	ctx := w.t.Context()
	_, err := w.Open(ctx, streams.Opening{User: user, StreamID: "8888_" + user, Group: "g", Title: "t"})
	began := time.Now().Unix()
	err = errors.Join(err, w.SetStatus(ctx, streams.Status{User: user, Online: true}), w.SetStatus(ctx, streams.Status{User: user}))
	_, err2 := w.AddFile(ctx, streams.File{StreamID: "8888_" + user, FileID: "f" + user, URL: "http://v/f.flv", Format: "flv", Start: began - 120, End: began})
	if err := errors.Join(err, err2); err != nil {
		w.t.Fatal(err)
	}
}

// told is a webhook as the receiver sees it.
type told struct {
	id, kind, about string
	isEnd           bool // it ends what another one begins
}

// receiver is what webhooks are sent to.
type receiver struct {
	mu    sync.Mutex
	down  bool            // it answers nothing: at once, or not in time
	hates map[string]bool // users whose webhooks it refuses
	tried int
	taken []told
}

// RoundTrip implements http.RoundTripper.
func (r *receiver) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	var read struct {
		Type string
		Data struct {
			UserID, FileID string
			Session        int64
		}
	}
	if err := json.Unmarshal(body, &read); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tried++; r.down {
		if r.tried%3 > 0 {
			return nil, errors.New("connection refused")
		}
		r.mu.Unlock()
		<-req.Context().Done()
		r.mu.Lock()
		return nil, req.Context().Err()
	}
	status := http.StatusNoContent
	if r.hates[read.Data.UserID] {
		status = http.StatusInternalServerError
	} else {
		r.taken = append(r.taken, told{
			id: req.Header.Get("webhook-id"), kind: read.Type, isEnd: read.Type == "session.ended",
			about: fmt.Sprint(read.Data.UserID, " ", read.Data.Session, read.Data.FileID),
		})
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader("")), Request: req}, nil
}

func (r *receiver) set(down bool, hates ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.down, r.hates = down, map[string]bool{}
	for _, user := range hates {
		r.hates[user] = true
	}
}

// ids are those that were taken, each with what it told of. An order that was not kept fails;
// what comes again may come late.
func (r *receiver) ids(t *testing.T) map[string]told {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	ids, ended := map[string]told{}, map[string]bool{}
	for _, one := range r.taken {
		if _, again := ids[one.id]; again {
			continue
		}
		ids[one.id] = one
		if ended[one.about] = ended[one.about] || one.isEnd; ended[one.about] && !one.isEnd {
			t.Errorf("%s is told to have begun after it was told to have ended", one.about)
		}
	}
	return ids
}

// process is one that sends while it has the duty. It can be cut off from the stream service.
type process struct {
	webhook.Store
	sender *webhook.Sender
	off    atomic.Bool
	stop   func()
}

var errCut = errors.New("no answer")

// start starts a copy.
func (w *world) start() *process {
	w.t.Helper()
	c := &process{Store: w.Service}
	secret := "whsec_" + base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef"))
	sender, err := webhook.New(
		webhook.Config{URL: "https://receiver.example.com/hooks", Secret: config.Secret{Value: secret}, RetryFor: retryFor},
		webhook.Options{Store: c, Through: &w.receiver, Numbers: func(context.Context, string, int64) (webhook.Numbers, error) {
			return webhook.Numbers{Likes: 7}, nil
		}},
		telemetry.Discard().WithLog(slog.New(slog.DiscardHandler)))
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = sender.Run(ctx) }()
	c.sender, c.stop = sender, func() { cancel(); <-ended }
	return c
}

// Changes implements webhook.Store.
func (c *process) Changes(ctx context.Context, q streams.ChangeQuery) (streams.ChangePage, error) {
	if c.off.Load() {
		return streams.ChangePage{}, errCut
	}
	return c.Store.Changes(ctx, q)
}

// Lease implements webhook.Store.
func (c *process) Lease(ctx context.Context, r streams.LeaseRequest) (streams.LeaseState, error) {
	if c.off.Load() {
		return streams.LeaseState{}, errCut
	}
	return c.Store.Lease(ctx, r)
}

// PutBookmark implements webhook.Store.
func (c *process) PutBookmark(ctx context.Context, b streams.Bookmark) (streams.BookmarkPut, error) {
	if c.off.Load() {
		return streams.BookmarkPut{}, errCut
	}
	return c.Store.PutBookmark(ctx, b)
}
