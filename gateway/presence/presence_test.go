package presence_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/gateway/event"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/gateway/presence"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

const token = "testimtoken"

// im is an IM service that calls back, by a clock that is so far ahead of ours.
type im struct {
	t        *testing.T
	presence *presence.Presence
	ahead    time.Duration
	heard    []members.Presence
	verdicts map[string]members.Verdict
	sessions []streams.Session
	listed   int // how often the list was read
	logged   bytes.Buffer
}

func newIM(t *testing.T, sessions ...streams.Session) *im {
	s := &im{t: t, sessions: sessions, verdicts: map[string]members.Verdict{}}
	fakes := gatewaytest.Fakes{Stream: &gatewaytest.Stream{}, Room: &gatewaytest.Room{}}
	fakes.Stream.PagesFunc = func(context.Context, []streams.Query) ([]streams.Page, error) {
		s.listed++
		var page streams.Page
		for _, one := range s.sessions {
			if one.Online {
				page.Sessions = append(page.Sessions, one)
			}
		}
		return []streams.Page{page}, nil
	}
	fakes.Stream.SessionsFunc = func(users []string) ([]*streams.Session, error) {
		found := make([]*streams.Session, len(users))
		for i, user := range users {
			for j := range s.sessions {
				if s.sessions[j].User == user {
					found[i] = &s.sessions[j]
				}
			}
		}
		return found, nil
	}
	fakes.Room.HearFunc = func(told []members.Presence) (verdicts []members.Verdict, err error) {
		s.heard = append(s.heard, told...)
		for _, one := range told {
			verdict, known := s.verdicts[one.User]
			if !known {
				verdict = members.Applied
			}
			verdicts = append(verdicts, verdict)
		}
		return verdicts, nil
	}
	config := presence.Config{AppID: "1400000001"}
	config.Token.Value = token
	s.presence = presence.New(config, fakes.Stream, fakes.Room, time.Now, slog.New(slog.NewTextHandler(&s.logged, nil)))
	return s
}

func (s *im) now() time.Time { return time.Now().Add(s.ahead) }

func query(command string, at time.Time) presence.Query {
	requested := strconv.FormatInt(at.Unix(), 10)
	sum := sha256.Sum256([]byte(token + requested))
	return presence.Query{AppID: "1400000001", Command: command, RequestTime: requested, Sign: hex.EncodeToString(sum[:])}
}

// tells sends a callback and wants it accepted with a verdict.
func (s *im) tells(command, body string, want string) {
	s.t.Helper()
	s.heard = nil
	got := s.presence.Serve(s.t.Context(), query(command, s.now()), []byte(body))
	if got.Status != 200 || string(got.Body) != `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}` || string(got.Verdict) != want {
		s.t.Fatalf("%s %s is answered %d %s, %q, want 200 and %q", command, body, got.Status, got.Body, got.Verdict, want)
	}
}

var (
	toms  = streams.Session{User: "tom", Number: 7, Group: "g", Online: true}
	spies = streams.Session{User: "spy", Number: 9, Group: "g", Online: true}
	room  = members.Key{Name: "live\x00tom", Session: 7}
)

func TestCallbacksReachTheRoomOfTheGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		<-time.After(100 * time.Millisecond) // the IM service tells seconds, we do not live in whole ones
		for _, ahead := range []time.Duration{0, -50 * time.Second, 50 * time.Second} {
			s := newIM(t, toms)
			s.ahead = ahead
			at := s.now().Add(-20 * time.Second).UnixMilli()
			for name, test := range map[string]struct {
				command, body string
				users         []string
				in            bool
			}{
				"online": {"Group.CallbackOnMemberStateChange",
					`{"GroupId":"g","EventType":"Online","EventCause":"Join","MemberList":[{"Member_Account":"u"},{"Member_Account":"汤"}],"EventTime":%d}`, []string{"u", "汤"}, true},
				"offline, the time as a string": {"Group.CallbackOnMemberStateChange",
					`{"GroupId":"g","EventType":"Offline","EventCause":"HeartbeatInterrupt","MemberList":[{"Member_Account":"u"}],"EventTime":"%d"}`, []string{"u"}, false},
				"joined": {"Group.CallbackAfterNewMemberJoin", `{"GroupId":"g","JoinType":"Apply","NewMemberList":[{"Member_Account":"u"},{"Member_Account":"u"}],"EventTime":%d}`, []string{"u"}, true},
				"left":   {"Group.CallbackAfterMemberExit", `{"GroupId":"g","ExitType":"Quit","ExitMemberList":[{"Member_Account":7}],"EventTime":%d}`, []string{"7"}, false},
				"a bad member beside good ones": {"Group.CallbackAfterMemberExit",
					`{"GroupId":"g","ExitMemberList":[3,null,{},{"Member_Account":""},{"Member_Account":"a\nb"},{"Member_Account":[]},{"Member_Account":"u"}],"EventTime":%d}`, []string{"u"}, false},
				"of a name that stands twice the last": {"Group.CallbackAfterMemberExit",
					`{"GroupId":"other","GroupId":"g","ExitMemberList":[{"Member_Account":"x"}],"ExitMemberList":[{"Member_Account":"u"}],"EventTime":1,"EventTime":%d}`, []string{"u"}, false},
			} {
				s.tells(test.command, fmt.Sprintf(test.body, at), "applied")
				var want []members.Presence
				for _, user := range test.users {
					want = append(want, members.Presence{Room: room, User: user, In: test.in, At: at, Age: s.heard[0].Age})
				}
				// RequestTime is in seconds, so the age is too small by up to one.
				if age := time.Duration(s.heard[0].Age) * time.Millisecond; !reflect.DeepEqual(s.heard, want) || age > 20*time.Second || age < 19*time.Second {
					t.Errorf("%s, %s ahead: the room is told %+v, want %+v, 20 seconds old", name, ahead, s.heard, want)
				}
			}
		}
	})
}

func TestWhatMeansNothingIsAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newIM(t, toms)
		const state, joined = "Group.CallbackOnMemberStateChange", "Group.CallbackAfterNewMemberJoin"
		for _, test := range [][2]string{
			{"State.StateChange", `{"Info":{"Action":"Login","To_Account":"u"}}`}, {"", `{}`}, {state, `{}`},
			{state, `{"GroupId":"g","EventType":"Away","MemberList":[{"Member_Account":"u"}]}`},
			{state, `{"GroupId":"g","EventType":"Online","MemberList":"u"}`},
			{joined, `{"GroupId":"g","NewMemberList":[]}`}, {joined, `{"GroupId":"","NewMemberList":[{"Member_Account":"u"}]}`},
			{joined, `{"GroupId":["g"],"NewMemberList":[{"Member_Account":"u"}]}`},
		} {
			s.tells(test[0], test[1], "ignored")
		}
		s.tells(joined, `{"GroupId":"h","NewMemberList":[{"Member_Account":"u"}]}`, "unknown")
		if s.heard != nil {
			t.Errorf("the room is told %+v", s.heard)
		}
	})
}

func TestAForeignOrOldCallbackIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newIM(t, toms)
		body := []byte(`{"GroupId":"g","NewMemberList":[{"Member_Account":"u"}],"EventTime":1}`)
		good := func() presence.Query { return query("Group.CallbackAfterNewMemberJoin", time.Now()) }
		for name, spoil := range map[string]func(*presence.Query){
			"no sign":          func(q *presence.Query) { q.Sign = "" },
			"a wrong sign":     func(q *presence.Query) { q.Sign = strings.Repeat("0", 64) },
			"another time":     func(q *presence.Query) { q.RequestTime += "0" },
			"no time":          func(q *presence.Query) { q.RequestTime = "" },
			"another app":      func(q *presence.Query) { q.AppID = "1400000002" },
			"no app":           func(q *presence.Query) { q.AppID = "" },
			"sent long ago":    func(q *presence.Query) { *q = query(q.Command, time.Now().Add(-6*time.Minute)) },
			"sent in a while":  func(q *presence.Query) { *q = query(q.Command, time.Now().Add(6*time.Minute)) },
			"a time of no use": func(q *presence.Query) { q.RequestTime = "9999999999999999999" },
		} {
			q := good()
			spoil(&q)
			if got := s.presence.Serve(t.Context(), q, body); got.Status != 403 || got.Type != "im_join" {
				t.Errorf("%s: answered %+v, want 403", name, got)
			}
		}
		q := good()
		q.Sign = strings.ToUpper(q.Sign)
		if got := s.presence.Serve(t.Context(), q, body); got.Status != 200 {
			t.Errorf("an upper-case sign is answered %d", got.Status)
		}
		if !strings.Contains(s.logged.String(), "IM callback refused") || strings.Contains(s.logged.String(), token) {
			t.Errorf("logged %s", &s.logged)
		}
		off := presence.New(presence.Config{}, nil, nil, time.Now, slog.New(slog.NewTextHandler(&s.logged, nil)))
		if got := off.Serve(t.Context(), good(), body); got.Status != 403 || !strings.Contains(s.logged.String(), "im_appid and im_callback_token are not set") {
			t.Errorf("without a token: answered %d, logged %s", got.Status, &s.logged)
		}
	})
}

func TestAGroupOfSeveralRooms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newIM(t, toms, spies)
		const joined, left = "Group.CallbackAfterNewMemberJoin", "Group.CallbackAfterMemberExit"
		join, leave := `{"GroupId":"g","NewMemberList":[{"Member_Account":"u"}],"EventTime":1}`, `{"GroupId":"g","ExitMemberList":[{"Member_Account":"u"}],"EventTime":1}`
		s.tells(joined, join, "ambiguous")
		if s.heard != nil {
			t.Errorf("whoever joins two rooms joins %+v", s.heard)
		}
		s.tells(left, leave, "applied")
		if len(s.heard) != 2 {
			t.Errorf("whoever leaves the group of two rooms leaves %+v", s.heard)
		}
		s.sessions[1].Online = false // the other has ended
		s.tells(joined, join, "applied")
		if len(s.heard) != 1 || s.heard[0].Room != room {
			t.Errorf("joined %+v", s.heard)
		}
		s.sessions[0].Online, s.sessions[1].Group = false, "h"
		s.tells(left, leave, "applied") // after the end, too
		if len(s.heard) != 1 || s.heard[0].Room != room {
			t.Errorf("left %+v", s.heard)
		}
	})
}

func TestARoomThatIsListedIsFoundAtOnceAndTheListReadOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newIM(t)
		const joined = "Group.CallbackAfterNewMemberJoin"
		join := `{"GroupId":"g","NewMemberList":[{"Member_Account":"u"}],"EventTime":1}`
		s.tells(joined, join, "unknown")
		s.sessions = append(s.sessions, toms)
		began := time.Now()
		s.tells(joined, join, "applied")
		if took := time.Since(began); took > time.Second || s.listed != 2 {
			t.Errorf("found after %s, the list was read %d times", took, s.listed)
		}
		s.tells(joined, join, "applied")
		if s.listed != 2 {
			t.Errorf("the list was read %d times for a group that is known", s.listed)
		}
	})
}

func TestACallbackThatCouldNotBeAppliedIsSentAgain(t *testing.T) {
	failure := apierr.Wrap(apierr.Storage, errors.New("disk full"), "storage failed")
	fakes := gatewaytest.Fakes{Stream: &gatewaytest.Stream{}, Room: &gatewaytest.Room{}}
	fakes.Stream.PagesFunc = func(context.Context, []streams.Query) ([]streams.Page, error) { return nil, failure }
	config := presence.Config{AppID: "1400000001"}
	config.Token.Value = token
	var logged bytes.Buffer
	p := presence.New(config, fakes.Stream, fakes.Room, time.Now, slog.New(slog.NewTextHandler(&logged, nil)))
	got := p.Serve(t.Context(), query("Group.CallbackAfterMemberExit", time.Now()), []byte(`{"GroupId":"g","ExitMemberList":[{"Member_Account":"u"}]}`))
	if got.Status != 500 || got.Fault != apierr.Storage || strings.Contains(string(got.Body), "disk") || !strings.Contains(logged.String(), "disk full") {
		t.Errorf("answered %+v %s, logged %s", got, got.Body, &logged)
	}
	if got := p.Serve(t.Context(), query("Group.CallbackAfterMemberExit", time.Now()), []byte("[]")); got.Status != 400 || got.Type != event.Unread {
		t.Errorf("a list is answered %+v", got)
	}
}

func FuzzServe(f *testing.F) {
	for _, seed := range []string{
		`{"GroupId":"g","NewMemberList":[{"Member_Account":"u"}],"EventTime":1}`, `{"GroupId":1,"NewMemberList":[{"Member_Account":1e9}],"EventTime":-5}`,
		`[]`, "{\"GroupId\":\"g\",\"NewMemberList\":[{\"Member_Account\":\"\xff\"}]}", `{"GroupId":"g","NEWMEMBERLIST":[{"member_account":"u"}],"EventTime":9223372036854775807}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s := newIM(t, toms)
		got := s.presence.Serve(t.Context(), query("Group.CallbackAfterNewMemberJoin", time.Now()), body)
		if got.Status != 200 && got.Status != 400 {
			t.Errorf("%q is answered %d", body, got.Status)
		}
		for _, one := range s.heard {
			if err := one.Check(); err != nil {
				t.Errorf("%q tells the room %+v: %v", body, one, err)
			}
		}
	})
}
