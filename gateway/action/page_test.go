package action_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"testing"

	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
)

func TestPagesAreNumberedFromOneAndBounded(t *testing.T) {
	for asked, want := range map[string]struct{ offset, limit int }{
		`"pageno":1,"pagesize":20`:                   {0, 20},
		`"pageno":0,"pagesize":20`:                   {0, 20},
		`"pageno":3,"pagesize":7`:                    {14, 7},
		`"pageno":"2","pagesize":"10"`:               {10, 10},
		`"pageno":2,"pagesize":0`:                    {20, 20},
		`"pageno":2,"pagesize":100`:                  {100, 100},
		`"pageno":2,"pagesize":101`:                  {100, 100},
		`"pageno":2,"pagesize":99999999999999999999`: {100, 100},
		`"pageno":99999999999999999999,"pagesize":1`: {math.MaxInt32 - 1, 1},
	} {
		fakes := gatewaytest.World()
		var list streams.Query
		fakes.Stream.PagesFunc = func(_ context.Context, queries []streams.Query) ([]streams.Page, error) {
			list = queries[0]
			return make([]streams.Page, 1), nil
		}
		var query members.Query
		fakes.Room.PagesFunc = func(queries []members.Query) ([]members.Page, error) {
			query = queries[0]
			return make([]members.Page, 1), nil
		}
		for _, request := range []string{`"Action":"FetchList","flag":1`, `"Action":"FetchGroupMemberList","liveuserid":"tom","groupid":"g1"`} {
			if got := serve(t, fakes, &bytes.Buffer{}, "{"+request+","+asked+"}"); got.Code != 0 {
				t.Errorf("%s is answered %s", asked, got.Body)
			}
		}
		if list.Offset != want.offset || list.Limit != want.limit || query.Offset != want.offset || query.Limit != want.limit {
			t.Errorf("%s: asked for %+v and %+v, want %+v", asked, list, query, want)
		}
	}
}

func TestTheFlagOfAListSaysWhatIsInIt(t *testing.T) {
	for flag, want := range map[int]streams.Query{
		1: {Live: true, Limit: 20},
		2: {Recorded: true, Limit: 20},
		3: {Live: true, Recorded: true, Limit: 20},
	} {
		fakes := gatewaytest.World()
		var got streams.Query
		fakes.Stream.PagesFunc = func(_ context.Context, queries []streams.Query) ([]streams.Page, error) {
			got = queries[0]
			return make([]streams.Page, 1), nil
		}
		serve(t, fakes, &bytes.Buffer{}, fmt.Sprintf(`{"Action":"FetchList","flag":%d,"pageno":1,"pagesize":20}`, flag))
		if got != want {
			t.Errorf("flag %d asks for %+v, want %+v", flag, got, want)
		}
	}
}
