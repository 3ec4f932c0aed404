package webhook_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"go.opentelemetry.io/otel/metric/noop"
	nooptrace "go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/goleak"

	"xiaozhibo.dev/gateway/webhook"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/telemetry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	first  = "whsec_" + base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef"))
	second = "whsec_" + base64.StdEncoding.EncodeToString([]byte("fedcba9876543210fedcba9876543210"))
)

// outbox is the stream service, as far as webhooks know it.
type outbox struct {
	mu        sync.Mutex
	log       []streams.Change
	forgotten int64
	holder    string
	until     time.Time
	marks     map[string]streams.Bookmark
	deaf      bool // bookmarks cannot be written
}

func newOutbox() *outbox { return &outbox{marks: map[string]streams.Bookmark{}} }

func (o *outbox) Changes(_ context.Context, q streams.ChangeQuery) (streams.ChangePage, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := q.Check(); err != nil {
		return streams.ChangePage{}, err
	}
	page := streams.ChangePage{Oldest: o.forgotten + 1, Newest: o.forgotten + int64(len(o.log))}
	from := min(max(q.After-o.forgotten, 0), int64(len(o.log)))
	page.Changes = slices.Clone(o.log[from:min(from+int64(q.Limit), int64(len(o.log)))])
	return page, nil
}

func (o *outbox) Lease(_ context.Context, r streams.LeaseRequest) (streams.LeaseState, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	if o.holder == r.Holder || o.holder == "" || !now.Before(o.until) {
		o.holder, o.until = r.Holder, now.Add(time.Duration(r.TTL)*time.Millisecond)
		if r.TTL == 0 {
			o.holder = ""
		}
	}
	return streams.LeaseState{Held: o.holder == r.Holder, Holder: o.holder, Until: o.until.UnixMilli()}, nil
}

func (o *outbox) Bookmark(_ context.Context, name string) (streams.Bookmark, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.marks[name], nil
}

func (o *outbox) PutBookmark(_ context.Context, b streams.Bookmark) (streams.BookmarkPut, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := b.Check(); err != nil {
		return streams.BookmarkPut{}, err
	}
	if o.deaf {
		return streams.BookmarkPut{}, errors.New("the store takes no writes")
	}
	if o.marks[b.Name].Version != b.Version {
		return streams.BookmarkPut{Bookmark: o.marks[b.Name]}, nil
	}
	b.Version++
	o.marks[b.Name] = b
	return streams.BookmarkPut{Written: true, Bookmark: b}, nil
}

func (o *outbox) add(change streams.Change) {
	o.mu.Lock()
	defer o.mu.Unlock()
	change.Number, change.At = o.forgotten+int64(len(o.log))+1, time.Now().UnixMilli()
	o.log = append(o.log, change)
}

func (o *outbox) begin(user string, session int64) {
	row := streams.Session{User: user, Number: session, Group: "g", Title: "<Tom & Jerry> 汤姆", StreamID: "8888_" + user, Timestamp: 1480000000, Online: true}
	o.add(streams.Change{Kind: streams.SessionListed, User: user, Session: session, New: true, Row: &row})
}

func (o *outbox) end(user string, session int64) {
	o.add(streams.Change{Kind: streams.SessionLeft, User: user, Session: session, Reason: streams.ByPlatform, Summary: &streams.Summary{
		User: user, Session: session, Group: "g", Title: "T", Began: 1480000000_000, Ended: 1480000100_000, Reason: streams.ByPlatform, Recordings: 2,
	}})
}

func (o *outbox) record(user, fileID string) {
	o.add(streams.Change{Kind: streams.RecordingListed, User: user, FileID: fileID, New: true, Recording: &streams.Recording{
		User: user, FileID: fileID, Title: "T", Start: 1480000000, End: 1480000100, FLV: "http://v/" + fileID + ".flv",
	}})
}

// got is a webhook as the receiver has verified it.
type got struct {
	id, kind, user string
	session        int64
	data           string
	at             time.Time
}

// receiver is what webhooks are sent to. It verifies all of them by the standard's own library.
type receiver struct {
	t       *testing.T
	secret  string
	mu      sync.Mutex
	taken   []got
	tried   int
	answer  func(got) (status int, header http.Header, err error) // nil: 204
	latency time.Duration
}

func (r *receiver) RoundTrip(req *http.Request) (*http.Response, error) {
	body, _ := io.ReadAll(req.Body)
	verifier, err := standardwebhooks.NewWebhook(r.secret)
	if err != nil {
		r.t.Errorf("the secret: %v", err)
		return nil, err
	}
	if err := verifier.Verify(body, req.Header); err != nil {
		r.t.Errorf("a webhook cannot be verified: %v: %v %s", err, req.Header, body)
	}
	if req.Method != http.MethodPost || req.Header.Get("Content-Type") != "application/json" {
		r.t.Errorf("%s of %s", req.Method, req.Header.Get("Content-Type"))
	}
	var read struct {
		Type string
		Data struct {
			UserID  string
			Session int64
		}
	}
	if err := json.Unmarshal(body, &read); err != nil {
		r.t.Errorf("%v: %s", err, body)
	}
	g := got{req.Header.Get("webhook-id"), read.Type, read.Data.UserID, read.Data.Session, string(body), time.Now()}
	r.mu.Lock()
	latency := r.latency
	r.mu.Unlock()
	if latency > 0 {
		select {
		case <-time.After(latency):
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tried++
	status, header := http.StatusNoContent, http.Header{}
	if r.answer != nil {
		var failed error
		if status, header, failed = r.answer(g); failed != nil {
			return nil, failed
		}
	}
	if status/100 == 2 {
		r.taken = append(r.taken, g)
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader("")), Request: req}, nil
}

func (r *receiver) answers(f func(got) (int, http.Header, error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = f
}

func (r *receiver) all() []got {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.taken)
}

// kinds are the types taken of a user's webhooks, in order.
func (r *receiver) kinds(user string) (kinds []string) {
	for _, g := range r.all() {
		if g.user == user {
			kinds = append(kinds, g.kind)
		}
	}
	return kinds
}

func configured() webhook.Config {
	return webhook.Config{URL: "https://receiver.example.com/hooks?tenant=7", Secret: config.Secret{Value: first}, RetryFor: 72 * time.Hour}
}

// run starts a copy that sends. stop ends it in order; kill ends it without another word to the store.
func run(t *testing.T, config webhook.Config, o *outbox, r http.RoundTripper) (sender *webhook.Sender, stop func()) {
	t.Helper()
	sender, err := webhook.New(config, webhook.Options{Store: o, Numbers: func(_ context.Context, user string, session int64) (webhook.Numbers, error) {
		return webhook.Numbers{PeakViewers: 30, TotalViewers: 50, Likes: 7}, nil
	}, Through: r}, telemetry.Scope{Meter: noop.Meter{}, Tracer: nooptrace.Tracer{}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = sender.Run(ctx) }()
	return sender, func() { cancel(); <-ended }
}

func pass(d time.Duration) { <-time.After(d) }
