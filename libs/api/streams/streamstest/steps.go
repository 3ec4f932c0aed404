package streamstest

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
)

// unknown is a user none of the tests opens a session for.
const unknown = "nobody"

// streamID gives every user one stream; "a b" and "a_b" do not share one.
func streamID(user string) string { return fmt.Sprintf("8888_%x", user) }

func opening(user, group string) streams.Opening {
	return streams.Opening{
		User: user, StreamID: streamID(user), Group: group, Title: "直播 of " + user,
		Profile: profile(),
	}
}

// profile has another text in every field. So a store that drops a field, or swaps two, is found, also for a
// field that is new.
func profile() (p streams.Profile) {
	fields := reflect.ValueOf(&p).Elem()
	for i := range fields.NumField() {
		fields.Field(i).SetString(fmt.Sprintf(`深圳 "<&> %d`, i))
	}
	return p
}

// opens opens a session of each user, in group "g".
func (s suite) opens(users ...string) {
	s.t.Helper()
	for _, user := range users {
		s.open(opening(user, "g"))
	}
}

func (s suite) open(o streams.Opening) streams.Session {
	s.t.Helper()
	opened, err := s.Open(s.t.Context(), o)
	if err != nil {
		s.t.Fatalf("Open(%+v): %v", o, err)
	}
	return opened.Session
}

func (s suite) online(users ...string)  { s.t.Helper(); s.says(true, users) }
func (s suite) offline(users ...string) { s.t.Helper(); s.says(false, users) }

func (s suite) says(online bool, users []string) {
	s.t.Helper()
	for _, user := range users {
		if err := s.SetStatus(s.t.Context(), streams.Status{User: user, Online: online}); err != nil {
			s.t.Fatalf("SetStatus(%q, %t): %v", user, online, err)
		}
	}
}

// goesLive opens a session of each user and lists it.
func (s suite) goesLive(users ...string) {
	s.t.Helper()
	s.opens(users...)
	s.online(users...)
}

// began tells that a push began, in seconds after the epoch.
func (s suite) began(user, sequence string, at int64, want streams.Verdict) {
	s.t.Helper()
	s.push(streams.Push{StreamID: streamID(user), Sequence: sequence, Began: true, At: epoch + at}, want)
}

// ceased tells that a push was interrupted, in seconds after the epoch.
func (s suite) ceased(user, sequence string, at int64, want streams.Verdict) {
	s.t.Helper()
	s.push(streams.Push{StreamID: streamID(user), Sequence: sequence, At: epoch + at}, want)
}

func (s suite) push(push streams.Push, want streams.Verdict) {
	s.t.Helper()
	got, err := s.ApplyPush(s.t.Context(), push)
	if err != nil || got != want {
		s.t.Fatalf("ApplyPush(%+v) is %q, %v, want %q", push, got, err, want)
	}
}

// sweeps lets the service settle what time has changed. Only what is to be gone from
// the store, or healed after a jump of the clock, depends on it.
func (s suite) sweeps() {
	s.t.Helper()
	if err := s.sweep(s.t.Context()); err != nil {
		s.t.Fatalf("Sweep: %v", err)
	}
}

// waitUntil moves the clock to so many seconds after the beginning of the test.
func (s suite) waitUntil(seconds int64) {
	s.clock.Move(time.Unix(epoch+seconds, int64(within)).Sub(s.clock.Now()))
}

// file is a file of a recording that lasted from start to end, in seconds after
// the epoch.
func file(user, id string, format streams.Format, start, end int64) streams.File {
	return streams.File{
		StreamID: streamID(user), FileID: id, URL: fmt.Sprintf("http://vod/%s.%s", id, format), Format: format,
		Start: epoch + start, End: epoch + end, Duration: end - start,
	}
}

func (s suite) adds(want streams.Verdict, files ...streams.File) {
	s.t.Helper()
	for _, file := range files {
		if got, err := s.AddFile(s.t.Context(), file); err != nil || got != want {
			s.t.Fatalf("AddFile(%+v) is %q, %v, want %q", file, got, err, want)
		}
	}
}

// session returns the user's session, nil for a user without one. Its fence must be known too.
func (s suite) session(user string) *streams.Session {
	s.t.Helper()
	sessions, err := combine.All(s.Sessions(s.t.Context(), []string{unknown, user}))
	if err != nil || len(sessions) != 2 || sessions[0] != nil {
		s.t.Fatalf("Rooms: %+v, %v", sessions, err)
	}
	fences, err := combine.All(s.Fences(s.t.Context(), []string{unknown, user}))
	if err != nil || !slices.Equal(fences, []streams.Fence{{}, streams.FenceOf(sessions[1])}) {
		s.t.Fatalf("Fences: %+v, %v, of %+v", fences, err, sessions[1])
	}
	return sessions[1]
}

func (s suite) recording(user, id string) *streams.Recording {
	s.t.Helper()
	found, err := combine.All(s.Recordings(s.t.Context(), []streams.FileKey{{User: unknown, FileID: id}, {User: user, FileID: id}}))
	if err != nil || len(found) != 2 || found[0] != nil {
		s.t.Fatalf("Recordings: %+v, %v", found, err)
	}
	return found[1]
}

func (s suite) page(q streams.Query) streams.Page {
	s.t.Helper()
	pages, err := combine.All(s.Pages(s.t.Context(), []streams.Query{q}))
	if err != nil || len(pages) != 1 {
		s.t.Fatalf("Pages(%+v): %+v, %v", q, pages, err)
	}
	return pages[0]
}

func (s suite) wantSession(want streams.Session) {
	s.t.Helper()
	got := s.session(want.User)
	if got != nil {
		got.Bans = false // a page does not say it
	}
	if got == nil || *got != want {
		s.t.Fatalf("the room of %q is\n%+v, want\n%+v", want.User, got, want)
	}
}

// wantLive checks that these users are listed, in this order, and no others.
func (s suite) wantLive(want ...string) {
	s.t.Helper()
	page := s.page(streams.Query{Live: true, Limit: 1000})
	if got := listed(page); !slices.Equal(got, want) || page.Total != len(want) {
		s.t.Fatalf("live are %q, total %d, want %q", got, page.Total, want)
	}
	for _, row := range page.Sessions {
		if !row.Online {
			s.t.Fatalf("the row %+v is not online", row)
		}
		s.wantSession(row)
	}
}

// wantRecorded checks that these recordings are listed, in this order, and no others.
func (s suite) wantRecorded(want ...string) {
	s.t.Helper()
	page := s.page(streams.Query{Recorded: true, Limit: 1000})
	if got := listed(page); !slices.Equal(got, want) || page.Total != len(want) {
		s.t.Fatalf("recorded are %q, total %d, want %q", got, page.Total, want)
	}
	for _, row := range page.Recordings {
		if found := s.recording(row.User, row.FileID); found == nil || *found != row {
			s.t.Fatalf("the row %+v is found as %+v", row, found)
		}
	}
}

// listed names the rows of a page: users, then file ids.
func listed(page streams.Page) (names []string) {
	for _, session := range page.Sessions {
		names = append(names, session.User)
	}
	for _, recording := range page.Recordings {
		names = append(names, recording.FileID)
	}
	return names
}
