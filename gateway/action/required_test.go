package action_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/gateway/gatewaytest"
)

type object = map[string]any

// A request of each Action that is done, with nothing in it that may be left out.
var requests = map[string]object{
	"RequestLVBAddr":       {"userid": "tom", "groupid": "g1", "title": "t"},
	"ChangeStatus":         {"userid": "tom", "status": 0},
	"ChangeCount":          {"userid": "tom", "type": 1, "optype": 0, "flag": 0},
	"FetchList":            {"flag": 1, "pageno": 1, "pagesize": 20},
	"GetCOSSign":           {},
	"EnterGroup":           {"userid": "v", "liveuserid": "tom", "groupid": "g1", "flag": 0},
	"QuitGroup":            {"userid": "v", "liveuserid": "tom", "groupid": "g1", "flag": 0},
	"FetchGroupMemberList": {"liveuserid": "tom", "groupid": "g1", "pageno": 1, "pagesize": 20},
	"GetUserInfo":          {"userid": "tom", "type": 0},
}

// What the protocol lists for an integer; the flag of FetchList has lists of its own.
var listed = map[string][]int{"status": {0, 1}, "type": {0, 1}, "optype": {0, 1}, "flag": {0, 1}, "FetchList flag": {1, 2, 3}}

func TestEveryFieldThatIsListedIsRequired(t *testing.T) {
	each(t, func(t *testing.T, serve server, name, field string) {
		serve.mustSay(t, with(name, field, absent), envelope.BadParam, field+" is null or empty!")
		serve.mustSay(t, with(name, field, nil), envelope.BadParam, field+" is null or empty!")
		serve.mustSay(t, with(name, field, true), envelope.BadParam, field+" is not ")
		serve.mustSay(t, with(name, field, object{}), envelope.BadParam, field+" is not ")
		serve.mustSay(t, with(name, field, ""), envelope.BadParam, field+" is ")
	})
}

func TestIntegersAreTakenAsStringsToo(t *testing.T) {
	each(t, func(t *testing.T, serve server, name, field string) {
		n, integer := requests[name][field].(int)
		if !integer {
			return
		}
		serve.mustSay(t, with(name, field, fmt.Sprint(n)), envelope.OK, "return successfully!")
		serve.mustSay(t, with(name, field, 1.5), envelope.BadParam, field+" is not an integer!")
		serve.mustSay(t, with(name, field, "1x"), envelope.BadParam, field+" is not an integer!")
	})
}

func TestIntegersThatAreNotListedAre4002(t *testing.T) {
	each(t, func(t *testing.T, serve server, name, field string) {
		allowed, own := listed[name+" "+field]
		if !own {
			allowed = listed[field]
		}
		if allowed == nil {
			return
		}
		for n := -2; n <= 5; n++ {
			if !slices.Contains(allowed, n) {
				serve.mustSay(t, with(name, field, n), envelope.OutOfRange, field+" is out of range!")
			}
		}
		serve.mustSay(t, with(name, field, "99999999999999999999"), envelope.OutOfRange, field+" is out of range!")
	})
}

func TestWhatIsNotListedIsIgnored(t *testing.T) {
	for name := range requests {
		serve := newServer(t)
		serve.mustSay(t, with(name, "version", []any{1, nil}), envelope.OK, "return successfully!")
		serve.mustSay(t, with(name, "USERID", 1.5), envelope.OK, "return successfully!")
	}
}

// each runs a test for every field of every Action.
func each(t *testing.T, test func(t *testing.T, serve server, name, field string)) {
	t.Helper()
	for name, fields := range requests {
		for field := range fields {
			t.Run(name+"/"+field, func(t *testing.T) { test(t, newServer(t), name, field) })
		}
	}
}

type absence struct{}

var absent absence

func with(name, field string, value any) object {
	request := maps.Clone(requests[name])
	request["Action"] = name
	request[field] = value
	if value == absent {
		delete(request, field)
	}
	return request
}

type server struct{ *action.Actions }

func newServer(t *testing.T) server {
	t.Helper()
	actions := newActions(t, gatewaytest.World(), slog.New(slog.DiscardHandler))
	t.Cleanup(actions.Close)
	return server{actions}
}

func (s server) mustSay(t *testing.T, request object, code envelope.Code, says string) {
	t.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	outcome := s.Serve(t.Context(), body)
	if outcome.Code != code || outcome.Action != request["Action"] || !strings.Contains(string(outcome.Body), says) {
		t.Errorf("%s\nis answered %s\nwant %d %s", body, outcome.Body, code, says)
	}
}
