package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// call is a valid request of an Action, and what its fields must be.
type call struct {
	action   string
	fields   fields
	strings  []string // required, not empty
	integers []string // required
	choices  []string // those of the integers with listed values
	optional []string // texts
}

// calls are valid requests of every Action with fields, about one anchor who is online.
func calls(a *anchor) []call {
	return []call{
		{
			action: "RequestLVBAddr", fields: a.fields(),
			strings: []string{"userid", "groupid", "title"},
		}, {
			action: "ChangeStatus", fields: fields{"userid": a.id, "status": 0},
			strings: []string{"userid"}, integers: []string{"status"}, choices: []string{"status"},
		}, {
			action: "ChangeCount", fields: a.likeFields(),
			strings: []string{"userid"}, integers: []string{"type", "optype", "flag"},
			choices: []string{"type", "optype", "flag"},
		}, {
			action: "FetchList", fields: fields{"flag": 1, "pageno": 1, "pagesize": 1},
			integers: []string{"flag", "pageno", "pagesize"}, choices: []string{"flag"},
		}, {
			action: "EnterGroup", fields: a.enterFields("viewer"),
			strings: []string{"userid", "liveuserid", "groupid"}, integers: []string{"flag"}, choices: []string{"flag"},
			optional: []string{"nickname", "headpic"},
		}, {
			action: "QuitGroup", fields: a.quitFields("viewer"),
			strings: []string{"userid", "liveuserid", "groupid"}, integers: []string{"flag"}, choices: []string{"flag"},
		}, {
			action:  "FetchGroupMemberList",
			fields:  fields{"liveuserid": a.id, "groupid": a.group, "pageno": 1, "pagesize": 1},
			strings: []string{"liveuserid", "groupid"}, integers: []string{"pageno", "pagesize"},
		}, {
			action: "GetUserInfo", fields: fields{"userid": a.id, "type": 0},
			strings: []string{"userid"}, integers: []string{"type"}, choices: []string{"type"},
		},
	}
}

func parameterCases(t *testing.T, server Server) {
	for _, example := range calls(newClient(t, server).onlineAnchor()) {
		t.Run(example.action, func(t *testing.T) {
			c := newClient(t, server)
			t.Run("with all its fields it succeeds", func(t *testing.T) {
				c.on(t).must(example.action, example.fields)
			})
			for _, name := range append(example.strings, example.integers...) {
				t.Run("a missing "+name+" is 1000", func(t *testing.T) {
					refusedFor(t, c.on(t), example.action, example.fields.without(name), name)
				})
				t.Run("a null "+name+" is 1000", func(t *testing.T) {
					refusedFor(t, c.on(t), example.action, example.fields.with(name, nil), name)
				})
			}
			for _, name := range example.strings {
				for _, value := range []any{"", true, false, []string{}, []string{"a"}, fields{}} {
					t.Run(fmt.Sprintf("%s %s is 1000", name, encodeJSON(value)), func(t *testing.T) {
						refusedFor(t, c.on(t), example.action, example.fields.with(name, value), name)
					})
				}
			}
			for _, name := range example.optional {
				for _, value := range []any{true, []string{}, fields{}} {
					t.Run(fmt.Sprintf("%s %s is 1000", name, encodeJSON(value)), func(t *testing.T) {
						refusedFor(t, c.on(t), example.action, example.fields.with(name, value), name)
					})
				}
			}
			for _, name := range example.integers {
				for _, value := range []any{
					"", " ", "x", "1x", "1.5", "0x1", "--1", "一", number("1.5"), number("0.5"), true, false, []int{1}, fields{},
				} {
					t.Run(fmt.Sprintf("%s %s is 1000", name, encodeJSON(value)), func(t *testing.T) {
						refusedFor(t, c.on(t), example.action, example.fields.with(name, value), name)
					})
				}
			}
			for _, name := range example.choices {
				for _, value := range unlisted(example.action, name) {
					t.Run(fmt.Sprintf("%s %s is 4002", name, encodeJSON(value)), func(t *testing.T) {
						r := c.on(t).refuses(codeBadChoice, example.action, example.fields.with(name, value))
						mustName(t, r, name)
					})
				}
			}
		})
	}
	t.Run("GetCOSSign needs no field and ignores all", func(t *testing.T) {
		c := newClient(t, server)
		c.must("GetCOSSign", nil)
		c.must("GetCOSSign", fields{"userid": "", "type": "x", "flag": nil})
	})
	t.Run("userinfo of another type is 1000", func(t *testing.T) {
		c := newClient(t, server)
		a := c.newAnchor()
		for _, value := range []any{"text", "", 5, true, []string{}} {
			c.refuses(codeBadParameter, "RequestLVBAddr", a.fields().with("userinfo", value))
		}
		for _, name := range []string{"nickname", "headpic", "frontcover", "location", "desc"} {
			for _, value := range []any{true, []string{}, fields{}} {
				r := c.refuses(codeBadParameter, "RequestLVBAddr", a.fields().with("userinfo", fields{name: value}))
				mustName(t, r, name)
			}
		}
		c.refuses(codeNotFound, "GetUserInfo", fields{"userid": a.id, "type": 0})
	})
	t.Run("flag or type 1 without fileid is 4002", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		like := a.likeFields().with("flag", 1)
		info := fields{"userid": a.id, "type": 1}
		for _, fileID := range []any{"", nil} {
			c.refuses(codeBadChoice, "ChangeCount", like.with("fileid", fileID))
			c.refuses(codeBadChoice, "GetUserInfo", info.with("fileid", fileID))
		}
		c.refuses(codeBadChoice, "ChangeCount", like.without("fileid"))
		c.refuses(codeBadChoice, "GetUserInfo", info)
		c.refuses(codeBadChoice, "GetUserInfo", info.with("type", "1"))
	})
}

func refusedFor(t *testing.T, c *client, action string, f fields, name string) {
	t.Helper()
	r := c.do(action, f)
	if r.Code != codeBadParameter {
		t.Errorf("%s: got %d (%s), want %d", encode(action, f), r.Code, r.Message, codeBadParameter)
	}
	mustName(t, r, name)
}

// mustName checks that the message says which field was wrong.
func mustName(t *testing.T, r reply, name string) {
	t.Helper()
	if !strings.Contains(r.Message, name) {
		t.Errorf("the message %q does not name %s", r.Message, name)
	}
}

// unlisted are integers that the protocol does not list for a field.
func unlisted(action, name string) []any {
	values := []any{-1, "-1", "4", 2147483647, -2147483648}
	if action == "FetchList" && name == "flag" {
		return append(values, 0, "0", 4)
	}
	return append(values, 2, "2", 3)
}
