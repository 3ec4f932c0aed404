package action_test

import (
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/gatewaytest"
)

func TestABodyIsPackedOnceForAllWhoShareIt(t *testing.T) {
	body, packings := action.Body{Bytes: []byte("page")}, atomic.Int32{}
	pack := func(b []byte) []byte {
		packings.Add(1)
		return append([]byte("packed "), b...)
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if got := string(body.Packed(pack)); got != "packed page" {
				t.Errorf("it is packed as %q", got)
			}
		})
	}
	all.Wait()
	if n := packings.Load(); n != 1 {
		t.Errorf("it was packed %d times", n)
	}
}

func TestEveryAnswerCanBePacked(t *testing.T) {
	actions := newActions(t, gatewaytest.World(), slog.New(slog.DiscardHandler))
	t.Cleanup(actions.Close)
	for _, request := range []string{
		`{"Action":"FetchList","flag":1,"pageno":1,"pagesize":9}`, `{"Action":"GetUserInfo","userid":"tom","type":0}`,
		`{"Action":"ChangeStatus","userid":"tom","status":0}`, `{"Action":"Nothing"}`, `{`,
	} {
		answer := actions.Read([]byte(request)).Serve(t.Context(), netip.Prefix{})
		want := "packed " + string(answer.Body)
		if got := answer.Packed(func(b []byte) []byte { return append([]byte("packed "), b...) }); string(got) != want {
			t.Errorf("%s is packed as %s", request, got)
		}
	}
}
