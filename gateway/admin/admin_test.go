package admin_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/admin"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/telemetry"
)

// operator asks the API about a world of fakes whose stream service keeps bookmarks.
type operator struct {
	t     *testing.T
	mux   *http.ServeMux
	world gatewaytest.Fakes

	mu       sync.Mutex
	bookmark streams.Bookmark
	others   int // gateways that write the journal first
	done     []string
}

func newOperator(t *testing.T) *operator { return newOperatorOf(t, admin.Options{}) }

func newOperatorOf(t *testing.T, options admin.Options) *operator {
	t.Helper()
	o := &operator{t: t, mux: http.NewServeMux(), world: gatewaytest.World()}
	stream := o.world.Stream
	stream.BookmarkFunc = func(string) (streams.Bookmark, error) { return o.bookmark, nil }
	stream.PutBookmarkFunc = func(put streams.Bookmark) (streams.BookmarkPut, error) {
		if o.others > 0 {
			o.others--
			o.bookmark.Version++
		}
		if put.Version != o.bookmark.Version {
			return streams.BookmarkPut{Bookmark: o.bookmark}, nil
		}
		put.Version++
		o.bookmark = put
		return streams.BookmarkPut{Written: true, Bookmark: put}, nil
	}
	stream.EndFunc = func(e streams.Ending) (streams.Verdict, error) { return o.did("end", e.User), nil }
	stream.SetBanFunc = func(b streams.Ban) error { o.did("ban", b.User); return nil }
	stream.RemoveFilesFunc = func(files []string) (streams.Verdict, error) { return o.did("remove", files[0]), nil }
	actions, err := action.New(o.world.Services(), telemetry.Discard())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(actions.Close)
	api, err := admin.New(actions, options, telemetry.Discard())
	if err != nil {
		t.Fatal(err)
	}
	for _, route := range api.Routes() {
		o.mux.Handle(route.Pattern, route.Handler)
	}
	return o
}

// did notes a deed, which must be in the journal already.
func (o *operator) did(what, whom string) streams.Verdict {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !strings.Contains(string(o.bookmark.Value), `"what":"`) {
		o.t.Errorf("%s %s is done before it is in the journal", what, whom)
	}
	o.done = append(o.done, what+" "+whom)
	return streams.Applied
}

func (o *operator) ask(method, path, body string) (int, string) {
	o.t.Helper()
	reply := httptest.NewRecorder()
	o.mux.ServeHTTP(reply, httptest.NewRequestWithContext(o.t.Context(), method, path, strings.NewReader(body)))
	return reply.Code, reply.Body.String()
}

func TestADeedIsInTheJournalFirst(t *testing.T) {
	o := newOperator(t)
	o.others = 3
	for _, call := range [][3]string{
		{"POST", "/api/end", `{"user":"tom","reason":"late"}`},
		{"PUT", "/api/bans", `{"user":"tom","until":4000000000000,"rooms":true,"reason":"spam"}`},
		{"DELETE", "/api/bans", `{"user":"tom"}`},
	} {
		if code, said := o.ask(call[0], call[1], call[2]); code != http.StatusOK {
			t.Errorf("%v is answered %d %s", call, code, said)
		}
	}
	if got := fmt.Sprint(o.done); got != "[end tom ban tom ban tom]" {
		t.Errorf("done is %s", got)
	}
	_, said := o.ask("GET", "/api/audit", "")
	var journal struct {
		Entries []struct{ What, User, Detail string }
	}
	if err := json.Unmarshal([]byte(said), &journal); err != nil || fmt.Sprint(journal.Entries) !=
		"[{unban tom } {ban tom from rooms until 2096-10-02T07:06:40Z: spam} {end tom late}]" {
		t.Errorf("the journal is %s, %v", said, err)
	}
}

func TestNothingIsDoneThatCannotBeWrittenDown(t *testing.T) {
	o := newOperator(t)
	o.world.Stream.PutBookmarkFunc = func(streams.Bookmark) (streams.BookmarkPut, error) {
		return streams.BookmarkPut{}, apierr.New(apierr.Storage, "the disk is full")
	}
	if code, said := o.ask("POST", "/api/end", `{"user":"tom"}`); code != http.StatusServiceUnavailable || !strings.Contains(said, "the disk is full") {
		t.Errorf("answered %d %s", code, said)
	}
	if len(o.done) > 0 {
		t.Errorf("done is %v", o.done)
	}
}

func TestABadRequestIsToldAndChangesNothing(t *testing.T) {
	o := newOperator(t)
	for _, call := range [][3]string{
		{"POST", "/api/end", ``}, {"POST", "/api/end", `{}`}, {"POST", "/api/end", `[]`}, {"POST", "/api/end", `{"user":"tom"} {}`},
		{"POST", "/api/end", "{\"user\":\"tom\xff\"}"}, {"POST", "/api/end", strings.Repeat("[", 60_000)},
		{"POST", "/api/end", `{"user":"tom","sesion":1}`}, {"POST", "/api/end", `{"user":7}`},
		{"PUT", "/api/bans", `{"user":"tom","until":4000000000000}`}, {"PUT", "/api/bans", `{"user":"tom","until":1,"rooms":true}`},
		{"PUT", "/api/bans", `{"user":"","until":4000000000000,"rooms":true}`}, {"DELETE", "/api/bans", `{}`},
		{"POST", "/api/end", `{"user":"` + strings.Repeat("a", 70_000) + `"}`},
		{"GET", "/api/room?user=tom&session=x", ``}, {"GET", "/api/summaries?from=-1", ``},
	} {
		if code, said := o.ask(call[0], call[1], call[2]); code != http.StatusBadRequest || said == "" {
			t.Errorf("%s %s %.60s is answered %d %s", call[0], call[1], call[2], code, said)
		}
	}
	if len(o.done) > 0 || o.bookmark.Version > 0 {
		t.Errorf("done is %v, the journal %+v", o.done, o.bookmark)
	}
}

func TestTheJournalKeepsTheNewestEntriesWithinItsBounds(t *testing.T) {
	o := newOperator(t)
	long := strings.Repeat("x", 5000)
	for i := range 250 {
		if code, said := o.ask("POST", "/api/end", fmt.Sprintf(`{"user":"u%d","reason":%q}`, i, long)); code != http.StatusOK {
			t.Fatalf("%d: %d %s", i, code, said)
		}
	}
	if size := len(o.bookmark.Value); size > streams.MaxBookmark || !strings.Contains(string(o.bookmark.Value), `"u249"`) {
		t.Errorf("the journal has %d bytes", size)
	}
}

func TestALongReasonIsCutBetweenCharacters(t *testing.T) {
	o := newOperator(t)
	if code, said := o.ask("POST", "/api/end", `{"user":"tom","reason":"`+strings.Repeat("直播", 300)+`"}`); code != http.StatusOK {
		t.Fatalf("answered %d %s", code, said)
	}
	if _, said := o.ask("GET", "/api/audit", ""); strings.Contains(said, "\ufffd") || strings.Contains(said, "\uFFFD") || !strings.Contains(said, "直播") {
		t.Errorf("the journal is %s", said)
	}
}

func TestAnUnknownRoomIsNotFound(t *testing.T) {
	o := newOperator(t)
	o.world.Stream.StoriesFunc = func([]streams.StoryKey) ([]*streams.Story, error) { return []*streams.Story{nil}, nil }
	o.world.Stream.SessionsFunc = func([]string) ([]*streams.Session, error) { return []*streams.Session{nil}, nil }
	o.world.Stream.RecordingsFunc = func([]streams.FileKey) ([]*streams.Recording, error) { return []*streams.Recording{nil}, nil }
	o.world.Stream.EndFunc = func(streams.Ending) (streams.Verdict, error) { return streams.Unknown, nil }
	for _, call := range [][3]string{
		{"GET", "/api/room?user=tom", ""}, {"POST", "/api/kick", `{"user":"tom","member":"ann"}`},
		{"DELETE", "/api/recordings", `{"user":"tom","file":"f1"}`}, {"POST", "/api/end", `{"user":"tom"}`},
	} {
		if code, _ := o.ask(call[0], call[1], call[2]); code != http.StatusNotFound {
			t.Errorf("%v is answered %d", call, code)
		}
	}
}

func TestSummariesHaveTheirAudience(t *testing.T) {
	o := newOperator(t)
	o.world.Stream.SummariesFunc = func(q streams.SummaryQuery) (streams.SummaryPage, error) {
		if q.User != "tom" || q.After.Ended != 9 {
			t.Errorf("asked %+v", q)
		}
		return streams.SummaryPage{Summaries: []streams.Summary{{User: "tom", Session: 7, Reason: streams.ByClient}}, More: true}, nil
	}
	o.world.Room.AudiencesFunc = func(keys []members.Key) ([]members.Audience, error) {
		if keys[0].Session != 7 || !strings.Contains(keys[0].Name, "tom") {
			t.Errorf("asked %+v", keys)
		}
		return []members.Audience{{Peak: 3, Joined: 5}}, nil
	}
	code, said := o.ask("GET", "/api/summaries?user=tom&after_ended=9", "")
	if code != http.StatusOK || !strings.Contains(said, `"session":7`) || !strings.Contains(said, `"peak":3,"joined":5`) || !strings.Contains(said, `"more":true`) {
		t.Errorf("answered %d %s", code, said)
	}
}
