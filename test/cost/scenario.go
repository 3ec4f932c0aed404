package main

import (
	"fmt"
	"slices"
	"strings"
)

// How much is in the server while it is measured.
const (
	rooms      = 2500 // listed
	crowd      = 10_000
	pageSize   = 20
	deepPage   = 100
	likedRooms = 1000
	visitors   = 1000
	openers    = 500
	openings   = 4 // sessions that an opener goes through, again and again
)

// scenario is one row of the table: the bodies that wrk sends in turn, and what
// is in the reply to the first if it is the one that is meant.
type scenario struct {
	name   string
	bodies []string
	shows  string
}

// scenarios are all rows. What they send is answered with success, however often
// and in whatever order of rows.
func scenarios() []scenario {
	list := func(page int) []string {
		return []string{fmt.Sprintf(`{"Action":"FetchList","flag":1,"pageno":%d,"pagesize":%d}`, page, pageSize)}
	}
	return []scenario{
		{name: "FetchList page 1", bodies: list(1), shows: `"pusherlist":[{`},
		{name: "FetchList page 100", bodies: list(deepPage), shows: `"pusherlist":[{`},
		{name: "GetUserInfo", bodies: each(rooms, func(i int) string {
			return fmt.Sprintf(`{"Action":"GetUserInfo","userid":"anchor%d","type":0}`, i)
		}), shows: `"userid":"anchor0"`},
		{name: "FetchGroupMemberList", bodies: []string{fmt.Sprintf(
			`{"Action":"FetchGroupMemberList","liveuserid":"anchor0","groupid":"g1","pageno":%d,"pagesize":%d}`, deepPage, pageSize)}, shows: `"memberlist":[{`},
		{name: "ChangeCount hot", bodies: []string{like(0)}, shows: `"returnData":{}`},
		{name: "ChangeCount spread", bodies: each(likedRooms, like), shows: `"returnData":{}`},
		{name: "EnterGroup QuitGroup", bodies: slices.Concat(
			each(visitors, func(i int) string { return enter(fmt.Sprintf("visitor%d", i), 1) }),
			each(visitors, func(i int) string {
				return fmt.Sprintf(`{"Action":"QuitGroup","userid":"visitor%d","liveuserid":"anchor1","groupid":"g1","flag":0}`, i)
			})), shows: `"returnData":{}`},
		{name: "RequestLVBAddr", bodies: each(openers*openings, func(i int) string { return open("opener", i%openers, i/openers) }), shows: `"pushurl":"rtmp://`},
		{name: "GetCOSSign", bodies: []string{`{"Action":"GetCOSSign"}`}, shows: `"sign":"`},
	}
}

// setUp are the requests that fill the server, one step after the other; those of
// a step have no order.
func setUp() [][]string {
	return [][]string{
		each(rooms, func(i int) string { return open("anchor", i, 1) }),
		each(rooms, func(i int) string { return fmt.Sprintf(`{"Action":"ChangeStatus","userid":"anchor%d","status":0}`, i) }),
		each(crowd, func(i int) string { return enter(fmt.Sprintf("viewer%d", i), 0) }),
	}
}

func each(n int, body func(i int) string) []string {
	bodies := make([]string, n)
	for i := range bodies {
		bodies[i] = body(i)
	}
	return bodies
}

func like(i int) string {
	return fmt.Sprintf(`{"Action":"ChangeCount","userid":"anchor%d","type":1,"optype":0,"flag":0}`, i)
}

func enter(user string, anchor int) string {
	return fmt.Sprintf(`{"Action":"EnterGroup","userid":"%s","liveuserid":"anchor%d","groupid":"g1","flag":0,"nickname":"Nick of %s",`+
		`"headpic":"http://pictures.example.com/heads/%s.png"}`, user, anchor, user, user)
}

func open(kind string, i, group int) string {
	picture := fmt.Sprintf("http://pictures.example.com/%s/%d.jpg", strings.Repeat("x", 20), i)
	return fmt.Sprintf(`{"Action":"RequestLVBAddr","userid":"%s%d","groupid":"g%d","title":"What %s %d shows today",`+
		`"userinfo":{"nickname":"Nick of %s %d","headpic":"%s","frontcover":"%s","location":"Shenzhen"}}`, kind, i, group, kind, i, kind, i, picture, picture)
}
