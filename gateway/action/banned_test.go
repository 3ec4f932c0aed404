package action_test

import (
	"log/slog"
	"slices"
	"testing"

	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

// bannedWorld is a world in which eve is banned from rooms, and tom from going live. It
// notes whose ban is asked for.
func bannedWorld(bans bool) (fakes gatewaytest.Fakes, asked *[]string) {
	fakes, asked = gatewaytest.World(), &[]string{}
	sessions, recordings := fakes.Stream.SessionsFunc, fakes.Stream.RecordingsFunc
	fakes.Stream.SessionsFunc = func(users []string) ([]*streams.Session, error) {
		found, err := sessions(users)
		for i, s := range found {
			if s != nil {
				row := *s
				row.Bans, row.Forbid, found[i] = bans, bans && row.User == "tom", &row
			}
		}
		return found, err
	}
	fakes.Stream.RecordingsFunc = func(keys []streams.FileKey) ([]*streams.Recording, error) {
		found, err := recordings(keys)
		for i, r := range found {
			if r != nil {
				row := *r
				row.Bans, found[i] = bans, &row
			}
		}
		return found, err
	}
	banned := apierr.New(apierr.Banned, "the user is banned from going live")
	fakes.Stream.OpenFunc = func(streams.Opening) (streams.Opened, error) { return streams.Opened{}, banned }
	fakes.Stream.SetStatusFunc = func(streams.Status) error { return banned }
	fakes.Stream.BansFunc = func(users []string) ([]*streams.Ban, error) {
		*asked = append(*asked, users...)
		found := make([]*streams.Ban, len(users))
		for i, user := range users {
			switch user {
			case "eve":
				found[i] = &streams.Ban{User: user, Until: streams.MaxUntil, Rooms: true}
			case "tom":
				found[i] = &streams.Ban{User: user, Until: streams.MaxUntil, GoingLive: true}
			}
		}
		return found, nil
	}
	return fakes, asked
}

func TestWhoIsBannedIsRefusedWhatTheBanSays(t *testing.T) {
	fakes, _ := bannedWorld(true)
	actions := newActions(t, fakes, slog.New(slog.DiscardHandler))
	t.Cleanup(actions.Close)
	const (
		entered   = `{"returnValue":0,"returnMsg":"return successfully!","returnData":{}}`
		fromRooms = `{"returnValue":4004,"returnMsg":"user \"eve\" is banned from rooms","returnData":{}}`
		fromLive  = `{"returnValue":4004,"returnMsg":"the user is banned from going live","returnData":{}}`
	)
	for request, want := range map[string]string{
		`{"Action":"EnterGroup","userid":"eve","liveuserid":"tom","groupid":"g1","flag":0,"nickname":"E","headpic":""}`: fromRooms,
		`{"Action":"EnterGroup","userid":"eve","liveuserid":"tom","groupid":"r1","flag":1,"nickname":"E","headpic":""}`: fromRooms,
		`{"Action":"EnterGroup","userid":"tom","liveuserid":"tom","groupid":"g1","flag":0,"nickname":"T","headpic":""}`: entered,
		`{"Action":"EnterGroup","userid":"ann","liveuserid":"tom","groupid":"r1","flag":1,"nickname":"A","headpic":""}`: entered,
		`{"Action":"RequestLVBAddr","userid":"tom","groupid":"g1","title":"t"}`:                                         fromLive,
		`{"Action":"ChangeStatus","userid":"tom","status":0}`:                                                           fromLive,
	} {
		if got := string(actions.Serve(t.Context(), []byte(request)).Body); got != want {
			t.Errorf("%s\nis answered\n%s\nwant\n%s", request, got, want)
		}
	}
}

func TestTheRowOfAnAnchorWhoIsBannedFromGoingLiveSaysForbidStatus1(t *testing.T) {
	for _, banned := range []bool{true, false} {
		fakes, _ := bannedWorld(banned)
		actions := newActions(t, fakes, slog.New(slog.DiscardHandler))
		t.Cleanup(actions.Close)
		var row writtenRow
		mustBeWritten(t, actions.Serve(t.Context(), []byte(`{"Action":"GetUserInfo","userid":"tom","type":0}`)).Body, &row)
		if (row.ForbidStatus == 1) != banned || row.UserID != "tom" {
			t.Errorf("with a ban %t the row is %+v", banned, row)
		}
	}
}

func TestNobodyIsLookedUpWhileNobodyIsBanned(t *testing.T) {
	for _, bans := range []bool{false, true} {
		fakes, asked := bannedWorld(bans)
		actions := newActions(t, fakes, slog.New(slog.DiscardHandler))
		t.Cleanup(actions.Close)
		for _, where := range []string{`"groupid":"g1","flag":0`, `"groupid":"r1","flag":1`} {
			actions.Serve(t.Context(), []byte(`{"Action":"EnterGroup","userid":"ann","liveuserid":"tom",`+where+`,"nickname":"A","headpic":""}`))
		}
		want := []string{}
		if bans {
			want = []string{"ann", "ann"}
		}
		if !slices.Equal(*asked, want) {
			t.Errorf("with bans %t it is asked for %q, want %q", bans, *asked, want)
		}
	}
}
