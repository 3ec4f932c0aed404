package action_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
)

var (
	session  = members.Key{Name: "live\x00tom", Session: 7}
	recorded = members.Key{Name: "file\x00tom\x00r1"}
)

// groups are rooms as clients name them; nil is one that does not exist.
var groups = map[string]struct {
	fields string
	want   *members.Key
}{
	"the session's group":        {`"liveuserid":"tom","groupid":"g1","flag":0`, &session},
	"a hidden session's group":   {`"liveuserid":"ann","groupid":"g2","flag":0`, &members.Key{Name: "live\x00ann", Session: 3}},
	"an earlier group":           {`"liveuserid":"tom","groupid":"g0","flag":0`, nil},
	"another anchor's group":     {`"liveuserid":"ann","groupid":"g1","flag":0`, nil},
	"a group in another case":    {`"liveuserid":"tom","groupid":"G1","flag":0`, nil},
	"an unknown anchor":          {`"liveuserid":"bob","groupid":"g1","flag":0`, nil},
	"a recording":                {`"liveuserid":"tom","groupid":"r1","flag":1`, &recorded},
	"a recording as a session":   {`"liveuserid":"tom","groupid":"r1","flag":0`, nil},
	"a session as a recording":   {`"liveuserid":"tom","groupid":"g1","flag":1`, nil},
	"another anchor's recording": {`"liveuserid":"ann","groupid":"r1","flag":1`, nil},
}

func TestEntersAndQuitsGoToTheRoomThatIsNamed(t *testing.T) {
	for name, test := range groups {
		t.Run(name, func(t *testing.T) {
			fakes := gatewaytest.World()
			var entered, quit []members.Key
			fakes.Room.EnterFunc = func(entries []members.Entry) error {
				entered = append(entered, entries[0].Room)
				return nil
			}
			fakes.Room.QuitFunc = func(exits []members.Exit) error {
				quit = append(quit, exits[0].Room)
				return nil
			}
			want, codeOfEnter := []members.Key(nil), 2003
			if test.want != nil {
				want, codeOfEnter = []members.Key{*test.want}, 0
			}
			var logged bytes.Buffer
			if got := serve(t, fakes, &logged, `{"Action":"EnterGroup","userid":"v",`+test.fields+`}`); int(got.Code) != codeOfEnter {
				t.Errorf("to enter: %s", got.Body)
			}
			// Who was never in the room is not in it afterwards.
			if got := serve(t, fakes, &logged, `{"Action":"QuitGroup","userid":"v",`+test.fields+`}`); got.Code != 0 {
				t.Errorf("to quit: %s", got.Body)
			}
			if !slices.Equal(entered, want) || !slices.Equal(quit, want) {
				t.Errorf("entered %+v, quit %+v, want %+v", entered, quit, want)
			}
		})
	}
}

func TestMembersAreThoseOfASessionOrElseOfARecording(t *testing.T) {
	for name, test := range groups {
		if strings.HasPrefix(name, "a session as") || strings.HasPrefix(name, "a recording as") {
			continue // this Action has no flag
		}
		t.Run(name, func(t *testing.T) {
			fakes := gatewaytest.World()
			var asked []members.Key
			fakes.Room.PagesFunc = func(queries []members.Query) ([]members.Page, error) {
				asked = append(asked, queries[0].Room)
				return []members.Page{{Total: 1, Members: []members.Member{{User: "v"}}}}, nil
			}
			body, _, _ := strings.Cut(test.fields, `,"flag"`)
			got := string(serve(t, fakes, &bytes.Buffer{}, `{"Action":"FetchGroupMemberList",`+body+`,"pageno":1,"pagesize":20}`).Body)
			want, data := []members.Key(nil), `{"totalcount":0,"memberlist":[]}`
			if test.want != nil {
				want, data = []members.Key{*test.want}, `{"totalcount":1,"memberlist":[{"userid":"v","nickname":"","headpic":""}]}`
			}
			if !slices.Equal(asked, want) || !strings.Contains(got, data) {
				t.Errorf("asked for %+v, want %+v; answered %s", asked, want, got)
			}
		})
	}
}

func TestAGroupNamedAsARecordingIsTheSession(t *testing.T) {
	fakes := gatewaytest.World()
	fakes.Stream.SessionsFunc = func([]string) ([]*streams.Session, error) {
		return []*streams.Session{{User: "tom", Number: 7, Group: "r1"}}, nil
	}
	var asked members.Key
	fakes.Room.PagesFunc = func(queries []members.Query) ([]members.Page, error) {
		asked = queries[0].Room
		return make([]members.Page, 1), nil
	}
	serve(t, fakes, &bytes.Buffer{}, `{"Action":"FetchGroupMemberList","liveuserid":"tom","groupid":"r1","pageno":1,"pagesize":20}`)
	if asked != session {
		t.Errorf("asked for %+v, want %+v", asked, session)
	}
}
