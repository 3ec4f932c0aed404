package action_test

import (
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/api/members"
)

func TestAllWhoAskForMembersDuringARoundShareTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fakes := gatewaytest.World()
		var rounds []int // how many pages each asked for
		first := make(chan struct{})
		fakes.Room.PagesFunc = func(queries []members.Query) ([]members.Page, error) {
			if rounds = append(rounds, len(queries)); len(rounds) == 1 {
				<-first
			}
			return make([]members.Page, len(queries)), nil
		}
		actions := newActions(t, fakes, slog.New(slog.DiscardHandler))
		defer actions.Close()

		var group sync.WaitGroup
		look := func(page string) {
			group.Go(func() {
				request := `{"Action":"FetchGroupMemberList","liveuserid":"tom","groupid":"g1","pageno":` + page + `,"pagesize":20}`
				if body := string(actions.Serve(t.Context(), []byte(request)).Body); !strings.HasPrefix(body, `{"returnValue":0,`) {
					t.Errorf("page %s is answered %s", page, body)
				}
			})
		}
		look("1")
		synctest.Wait() // the first round is under way
		for range 100 {
			look("1")
			look("2")
		}
		synctest.Wait()
		close(first)
		group.Wait()
		if len(rounds) != 2 || rounds[0] != 1 || rounds[1] != 2 {
			t.Errorf("the rounds asked for %v pages, want one, then two", rounds)
		}
	})
}
