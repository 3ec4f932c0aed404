package action_test

import (
	"bytes"
	"math"
	"reflect"
	"testing"

	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
)

func TestWritesSayWhatTheRequestSaid(t *testing.T) {
	level := func(n int32) *int32 { return &n }
	viewer := members.Entry{Room: session, User: "v", Nickname: "V", HeadPic: "http://h/v"}
	const enter = `{"Action":"EnterGroup","userid":"v","liveuserid":"tom","groupid":"g1","flag":0,"nickname":"V","headpic":"http://h/v"`
	opening := streams.Opening{User: "12", StreamID: "8888_12", Group: "g", Title: "t"}
	likes := func(delta int64) counters.Addition {
		return counters.Addition{Key: counters.Key{Name: session.Name, Session: session.Session}, Delta: delta}
	}
	for request, want := range map[string]any{
		`{"Action":"RequestLVBAddr","userid":12,"groupid":"g","title":"t","userinfo":null}`: opening,
		`{"Action":"RequestLVBAddr","userid":"12","groupid":"g","title":"t","userinfo":{"nickname":"n","headpic":"h","frontcover":"c","location":"l","desc":"d"}}`: streams.Opening{
			User: "12", StreamID: "8888_12", Group: "g", Title: "t",
			Profile: streams.Profile{Nickname: "n", HeadPic: "h", FrontCover: "c", Location: "l", Desc: "d"},
		},
		`{"Action":"RequestLVBAddr","userid":"12","groupid":"g","title":"t","userinfo":{"nickname":null,"headpic":""}}`: opening,
		`{"Action":"ChangeStatus","userid":"tom","status":0}`:                                                           streams.Status{User: "tom", Online: true},
		`{"Action":"ChangeStatus","userid":"tom","status":1}`:                                                           streams.Status{User: "tom"},
		`{"Action":"ChangeCount","userid":"tom","type":1,"optype":0,"flag":0,"fileid":""}`:                              likes(1),
		`{"Action":"ChangeCount","userid":"tom","type":1,"optype":1,"flag":0,"fileid":"ignored"}`:                       likes(-1),
		`{"Action":"ChangeCount","userid":"tom","type":0,"optype":0,"flag":0}`:                                          nil,
		enter + `}`:                              viewer,
		enter + `,"level":null}`:                 viewer,
		enter + `,"level":"7"}`:                  leveled(viewer, level(7)),
		enter + `,"level":99999999999999999999}`: leveled(viewer, level(math.MaxInt32)),
		enter + `,"level":-2147483649}`:          leveled(viewer, level(math.MinInt32)),
	} {
		fakes := gatewaytest.World()
		var got any
		open, set := fakes.Stream.OpenFunc, fakes.Stream.SetStatusFunc
		fakes.Stream.OpenFunc = func(o streams.Opening) (streams.Opened, error) { got = o; return open(o) }
		fakes.Stream.SetStatusFunc = func(s streams.Status) error { got = s; return set(s) }
		fakes.Counter.AddFunc = func(a []counters.Addition) ([]int64, error) { got = a[0]; return make([]int64, len(a)), nil }
		fakes.Room.EnterFunc = func(e []members.Entry) error { got = e[0]; return nil }
		if reply := serve(t, fakes, &bytes.Buffer{}, request); reply.Code != 0 || !reflect.DeepEqual(got, want) {
			t.Errorf("%s\nis answered %s\nand writes %+v\nwant %+v", request, reply.Body, got, want)
		}
	}
}

func leveled(e members.Entry, level *int32) members.Entry {
	e.Level = level
	return e
}
