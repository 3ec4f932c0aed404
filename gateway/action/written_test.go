package action_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"testing"

	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/streams"
)

// What a client may put into a text.
const awkward = "\"q\" \\ / <b>&amp; \b\f\n\r\t\x00\x1f\x7f \u2028\u2029 中文😀 \ufffd"

// The published fields in their order, as the standard encoder writes them.
type (
	writtenList struct {
		TotalCount int          `json:"totalcount"`
		PusherList []writtenRow `json:"pusherlist"`
	}
	writtenRow struct {
		UserID       string         `json:"userid"`
		GroupID      string         `json:"groupid"`
		Timestamp    int64          `json:"timestamp"`
		Type         int            `json:"type"`
		ViewerCount  int            `json:"viewercount"`
		LikeCount    int64          `json:"likecount"`
		Title        string         `json:"title"`
		PlayURL      string         `json:"playurl"`
		HLSPlayURL   string         `json:"hls_play_url"`
		FileID       string         `json:"fileid"`
		Status       string         `json:"status"`
		Desc         string         `json:"desc"`
		ForbidStatus int            `json:"forbid_status"`
		UserInfo     writtenProfile `json:"userinfo"`
	}
	writtenProfile struct {
		Nickname   string `json:"nickname"`
		HeadPic    string `json:"headpic"`
		FrontCover string `json:"frontcover"`
		Location   string `json:"location"`
		Desc       string `json:"desc,omitempty"`
	}
	writtenMembers struct {
		TotalCount int             `json:"totalcount"`
		MemberList []writtenMember `json:"memberlist"`
	}
	writtenMember struct {
		UserID   string `json:"userid"`
		Nickname string `json:"nickname"`
		HeadPic  string `json:"headpic"`
	}
	writtenAddress struct {
		PushURL   string `json:"pushurl"`
		Timestamp int64  `json:"timestamp"`
	}
	writtenSign struct {
		Sign string `json:"sign"`
	}
)

func TestEveryReplyIsWrittenAsTheStandardEncoderWouldWriteIt(t *testing.T) {
	const group = `a "group" \ <of> 中文😀`
	profile := streams.Profile{Nickname: awkward + "n", HeadPic: awkward + "h", FrontCover: awkward + "f", Location: awkward + "l", Desc: awkward + "d"}
	live := streams.Session{User: "tom", Number: 1, StreamID: "8888_tom", Group: group, Title: awkward + "t", Timestamp: 1480000000, Online: true, Profile: profile}
	plain := streams.Session{User: "ann", StreamID: "8888_ann"}
	recorded := streams.Recording{User: awkward, FileID: awkward + "i", Title: awkward, Profile: profile, Start: 7, FLV: awkward + "p", HLS: awkward + "m"}
	fakes := gatewaytest.World()
	fakes.Stream.PagesFunc = func(context.Context, []streams.Query) ([]streams.Page, error) {
		return []streams.Page{{Total: 3, Sessions: []streams.Session{live, plain}, Recordings: []streams.Recording{recorded}}}, nil
	}
	fakes.Stream.SessionsFunc = func([]string) ([]*streams.Session, error) { return []*streams.Session{&live}, nil }
	fakes.Room.PagesFunc = func([]members.Query) ([]members.Page, error) {
		return []members.Page{{Total: 2, Members: []members.Member{{User: awkward, Nickname: awkward + "n", HeadPic: awkward + "h"}, {User: "ann"}}}}, nil
	}
	fakes.Signing.PushFunc = func(string) (signatures.PushURL, error) {
		return signatures.PushURL{URL: awkward, StreamID: "8888_tom"}, nil
	}
	fakes.Signing.UploadFunc = func() (signatures.UploadSign, error) { return signatures.UploadSign{Sign: awkward}, nil }
	actions := newActions(t, fakes, slog.New(slog.DiscardHandler))
	t.Cleanup(actions.Close)

	var list writtenList
	mustBeWritten(t, actions.Serve(t.Context(), []byte(`{"Action":"FetchList","flag":3,"pageno":1,"pagesize":9}`)).Body, &list)
	want := writtenProfile{Nickname: profile.Nickname, HeadPic: profile.HeadPic, FrontCover: profile.FrontCover, Location: profile.Location, Desc: profile.Desc}
	if len(list.PusherList) != 3 || list.PusherList[0].UserInfo != want || list.PusherList[0].Title != live.Title || list.PusherList[2].UserID != awkward {
		t.Errorf("the list is %+v", list)
	}
	var row writtenRow
	mustBeWritten(t, actions.Serve(t.Context(), []byte(`{"Action":"GetUserInfo","userid":"tom","type":0}`)).Body, &row)
	if row.UserInfo != want || row.GroupID != group {
		t.Errorf("the row is %+v", row)
	}
	var members writtenMembers
	mustBeWritten(t, actions.Serve(t.Context(), []byte(`{"Action":"FetchGroupMemberList","liveuserid":"tom","groupid":`+quoted(t, group)+`,"pageno":1,"pagesize":9}`)).Body, &members)
	if len(members.MemberList) != 2 || members.MemberList[0] != (writtenMember{UserID: awkward, Nickname: awkward + "n", HeadPic: awkward + "h"}) {
		t.Errorf("the members are %+v", members)
	}
	var address writtenAddress
	mustBeWritten(t, actions.Serve(t.Context(), []byte(`{"Action":"RequestLVBAddr","userid":"tom","groupid":"g","title":"t"}`)).Body, &address)
	if address.PushURL != awkward {
		t.Errorf("the address is %+v", address)
	}
	var sign writtenSign
	mustBeWritten(t, actions.Serve(t.Context(), []byte(`{"Action":"GetCOSSign"}`)).Body, &sign)
	if sign.Sign != awkward {
		t.Errorf("the signature is %+v", sign)
	}
}

// mustBeWritten reads a reply's returnData into data, which written again must
// give the same bytes.
func mustBeWritten(t *testing.T, reply []byte, data any) {
	t.Helper()
	envelope := struct {
		ReturnValue int    `json:"returnValue"`
		ReturnMsg   string `json:"returnMsg"`
		ReturnData  any    `json:"returnData"`
	}{ReturnData: data}
	if err := json.Unmarshal(reply, &envelope); err != nil || envelope.ReturnValue != 0 {
		t.Fatalf("%v: %s", err, reply)
	}
	if want := encoded(t, envelope); !bytes.Equal(reply, want) {
		t.Errorf("written\n%s\nwant\n%s", reply, want)
	}
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

func quoted(t *testing.T, text string) string { return string(encoded(t, text)) }
