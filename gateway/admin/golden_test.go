package admin_test

import (
	"context"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"xiaozhibo.dev/gateway/admin"
	"xiaozhibo.dev/gateway/webhook"
	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/platform"
)

var update = flag.Bool("update", false, "write what is answered into the golden files")

// volatile is what is another one each time, or with each version of Go.
var volatile = regexp.MustCompile(`("milliseconds":|"start":|now is )[0-9.]+|(the body is not the JSON that was expected: ).*`)

// traceID is what each trace has of its own.
var traceID = regexp.MustCompile(`[0-9a-f]{32}`)

// Each golden file is a request, its method and path in the first line, and its answer, with its status and type in the
// first line. test/verify holds docs/admin-openapi.yaml against them. How a file's name ends says what the world lacks:
// "down", the services do not answer; "failed", the live platform does not do its part; "cut", it cannot forbid; "off",
// there is neither a platform nor webhooks.
func TestGoldenRequestsAndAnswers(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			const line = "\n----------\n"
			request, want, _ := strings.Cut(strings.TrimSuffix(string(text), "\n"), line)
			got := answer(goldenWorld(t, name[strings.LastIndex(name, "-")+1:]), request)
			if *update {
				if err := os.WriteFile(file, []byte(request+line+got+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("%s\nis answered\n%s\nwant\n%s", request, got, want)
			}
		})
	}
}

// answer is the answer to a request as a golden file has it.
func answer(o *operator, request string) string {
	head, body, _ := strings.Cut(request, "\n")
	method, path, _ := strings.Cut(head, " ")
	reply := httptest.NewRecorder()
	o.mux.ServeHTTP(reply, httptest.NewRequestWithContext(o.t.Context(), method, path, strings.NewReader(body)))
	said := volatile.ReplaceAllString(strings.TrimSpace(reply.Body.String()), "${1}${2}0")
	said = traceID.ReplaceAllString(said, strings.Repeat("0", 32))
	return fmt.Sprintf("%d %s\n%s", reply.Code, reply.Header().Get("Content-Type"), said)
}

// goldenWorld is one in which every field of an answer has a value.
func goldenWorld(t *testing.T, lacks string) *operator {
	options := admin.Options{Platform: &obedient{}, Webhooks: deadLetters{}}
	switch lacks {
	case "off":
		options = admin.Options{}
	case "failed":
		options.Platform = &obedient{err: platform.Errorf(platform.Unreachable, "no route to it")}
	case "cut":
		options.Platform = &cutter{}
	case "down":
		options.Webhooks = deadLetters{err: apierr.New(apierr.Unavailable, "the service does not answer")}
	}
	o := newOperatorOf(t, options)
	tellStories(o)
	o.bookmark = streams.Bookmark{Version: 1, Value: []byte(
		`[{"at":1480000000000,"what":"end","user":"tom"},{"at":1480000001000,"by":"alice","what":"ban","user":"tom","detail":"from rooms: spam"}]`)}
	if lacks == "down" {
		err := apierr.New(apierr.Unavailable, "the service does not answer")
		o.world.Stream.Down(err)
		o.world.Counter.Down(err)
		o.world.Room.Down(err)
		o.world.Signing.Down(err)
	}
	answer(o, "POST /api/action?trace=true\n{\"Action\":\"GetUserInfo\",\"userid\":\"tom\",\"type\":0}")
	return o
}

func tellStories(o *operator) {
	entries := []streams.Entry{
		{At: 1480000000000, Source: streams.Action, What: streams.WentOpen, Verdict: streams.Applied},
		{At: 1480000001000, SentAt: 1480000000900, Source: streams.Event, What: streams.PushBegan, ID: "667", Verdict: streams.Applied, Times: 2, Last: 1480000003000},
	}
	o.world.Stream.StoriesFunc = func(keys []streams.StoryKey) ([]*streams.Story, error) {
		one := &streams.Story{
			Session: streams.Session{User: "tom", Number: 3, Group: "g1", Title: "Early", Timestamp: 1470000000}, Standing: streams.Over,
			Reason: streams.ByPlatform, Opened: 1470000000000, FirstOnline: 1470000001000, Alive: 1470000009000, Ended: 1470000010000, Entries: entries[:1], Dropped: 4,
		}
		switch sessions, _ := o.world.Stream.SessionsFunc([]string{keys[0].User}); {
		case sessions[0] == nil:
			return []*streams.Story{nil}, nil
		case keys[0].Session == 0:
			one = &streams.Story{
				Session: *sessions[0], Current: true, Standing: streams.Listed, Opened: 1480000000000, FirstOnline: 1480000001000, Alive: 1480000003000,
				Until: 1480086403000, Sequence: "667", Pushed: 1480000000000, Entries: entries,
			}
			one.Session.Forbid = true
		}
		return []*streams.Story{one}, nil
	}
	o.world.Stream.SummariesFunc = func(streams.SummaryQuery) (streams.SummaryPage, error) {
		return streams.SummaryPage{More: true, Summaries: []streams.Summary{{
			User: "tom", Session: 3, Group: "g1", Title: "Early", Opened: 1470000000000, Began: 1470000001000, Ended: 1470000010000, Reason: streams.ByPlatform, Recordings: 1,
		}}}, nil
	}
	o.world.Room.AudiencesFunc = func([]members.Key) ([]members.Audience, error) { return []members.Audience{{Peak: 3, Joined: 5}}, nil }
	o.world.Stream.ListBansFunc = func(q streams.BanQuery) ([]streams.Ban, error) {
		if q.After != "" {
			return nil, nil
		}
		return []streams.Ban{{User: "ann", Until: 4000000000000, GoingLive: true, Rooms: true, Reason: "spam", Since: 1480000000000}}, nil
	}
	o.world.Counter.GetFunc = func(_ context.Context, keys []counters.Key) ([]int64, error) { return make([]int64, len(keys)), nil }
	end := o.world.Stream.EndFunc
	o.world.Stream.EndFunc = func(e streams.Ending) (streams.Verdict, error) {
		if e.User == "bob" {
			return streams.Unknown, nil
		}
		return end(e)
	}
}

// obedient is a platform that does what it is told, or fails.
type obedient struct {
	platform.Platform
	err error
}

func (p *obedient) Drop(context.Context, string) error                  { return p.err }
func (p *obedient) Forbid(context.Context, string, int64, string) error { return p.err }
func (p *obedient) Resume(context.Context, string) error                { return p.err }

// deadLetters is an outbox whose receiver wants no more.
type deadLetters struct{ err error }

func (d deadLetters) Status(context.Context) (webhook.Status, error) {
	return webhook.Status{Read: 12, Pending: 3, Missed: 1, Off: &webhook.Off{At: 1480000000000, Target: "0011223344556677"}, Dead: []webhook.Letter{{
		Number: 7, ID: "msg_7", Type: "room.ended", User: "tom", At: 1480000000000, Died: 1480086400000, Attempts: 9, Why: "status 500",
	}}}, d.err
}
func (d deadLetters) Resume(context.Context) error { return d.err }
func (d deadLetters) Revive(_ context.Context, number int64) error {
	if number != 7 {
		return apierr.New(apierr.NotFound, "no dead letter has the number %d", number)
	}
	return d.err
}
