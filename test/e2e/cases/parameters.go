package cases

import (
	"fmt"
	"strings"
	"testing"

	"xiaozhibo.dev/test/e2e/client"
)

// call is a valid request of an Action, and what its fields must be.
type call struct {
	action   string
	fields   client.Fields
	strings  []string // required, not empty
	integers []string // required
	choices  []string // those of the integers with listed values
	optional []string // texts
}

// calls are valid requests of every Action with fields, about one anchor who is online.
func calls(a *client.Anchor) []call {
	return []call{
		{
			action: "RequestLVBAddr", fields: a.Fields(),
			strings: []string{"userid", "groupid", "title"},
		}, {
			action: "ChangeStatus", fields: client.Fields{"userid": a.ID, "status": 0},
			strings: []string{"userid"}, integers: []string{"status"}, choices: []string{"status"},
		}, {
			action: "ChangeCount", fields: a.LikeFields(),
			strings: []string{"userid"}, integers: []string{"type", "optype", "flag"},
			choices: []string{"type", "optype", "flag"},
		}, {
			action: "FetchList", fields: client.Fields{"flag": 1, "pageno": 1, "pagesize": 1},
			integers: []string{"flag", "pageno", "pagesize"}, choices: []string{"flag"},
		}, {
			action: "EnterGroup", fields: a.EnterFields("viewer"),
			strings: []string{"userid", "liveuserid", "groupid"}, integers: []string{"flag"}, choices: []string{"flag"},
			optional: []string{"nickname", "headpic"},
		}, {
			action: "QuitGroup", fields: a.QuitFields("viewer"),
			strings: []string{"userid", "liveuserid", "groupid"}, integers: []string{"flag"}, choices: []string{"flag"},
		}, {
			action:  "FetchGroupMemberList",
			fields:  client.Fields{"liveuserid": a.ID, "groupid": a.Group, "pageno": 1, "pagesize": 1},
			strings: []string{"liveuserid", "groupid"}, integers: []string{"pageno", "pagesize"},
		}, {
			action: "GetUserInfo", fields: client.Fields{"userid": a.ID, "type": 0},
			strings: []string{"userid"}, integers: []string{"type"}, choices: []string{"type"},
		},
	}
}

func Parameters(t *testing.T, server client.Server) {
	for _, example := range calls(client.New(t, server).OnlineAnchor()) {
		t.Run(example.action, func(t *testing.T) {
			c := client.New(t, server)
			t.Run("with all its fields it succeeds", func(t *testing.T) {
				c.On(t).Must(example.action, example.fields)
			})
			for _, name := range append(example.strings, example.integers...) {
				t.Run("a missing "+name+" is 1000", func(t *testing.T) {
					refusedFor(t, c.On(t), example.action, example.fields.Without(name), name)
				})
				t.Run("a null "+name+" is 1000", func(t *testing.T) {
					refusedFor(t, c.On(t), example.action, example.fields.With(name, nil), name)
				})
			}
			for _, name := range example.strings {
				for _, value := range []any{"", true, false, []string{}, []string{"a"}, client.Fields{}} {
					t.Run(fmt.Sprintf("%s %s is 1000", name, client.EncodeJSON(value)), func(t *testing.T) {
						refusedFor(t, c.On(t), example.action, example.fields.With(name, value), name)
					})
				}
			}
			for _, name := range example.optional {
				for _, value := range []any{true, []string{}, client.Fields{}} {
					t.Run(fmt.Sprintf("%s %s is 1000", name, client.EncodeJSON(value)), func(t *testing.T) {
						refusedFor(t, c.On(t), example.action, example.fields.With(name, value), name)
					})
				}
			}
			for _, name := range example.integers {
				for _, value := range []any{
					"", " ", "x", "1x", "1.5", "0x1", "--1", "一", client.Number("1.5"), client.Number("0.5"), true, false, []int{1}, client.Fields{},
				} {
					t.Run(fmt.Sprintf("%s %s is 1000", name, client.EncodeJSON(value)), func(t *testing.T) {
						refusedFor(t, c.On(t), example.action, example.fields.With(name, value), name)
					})
				}
			}
			for _, name := range example.choices {
				for _, value := range unlisted(example.action, name) {
					t.Run(fmt.Sprintf("%s %s is 4002", name, client.EncodeJSON(value)), func(t *testing.T) {
						r := c.On(t).Refuses(client.CodeBadChoice, example.action, example.fields.With(name, value))
						mustName(t, r, name)
					})
				}
			}
		})
	}
	t.Run("GetCOSSign needs no field and ignores all", func(t *testing.T) {
		c := client.New(t, server)
		c.Must("GetCOSSign", nil)
		c.Must("GetCOSSign", client.Fields{"userid": "", "type": "x", "flag": nil})
	})
	t.Run("userinfo of another type is 1000", func(t *testing.T) {
		c := client.New(t, server)
		a := c.NewAnchor()
		for _, value := range []any{"text", "", 5, true, []string{}} {
			c.Refuses(client.CodeBadParameter, "RequestLVBAddr", a.Fields().With("userinfo", value))
		}
		for _, name := range []string{"nickname", "headpic", "frontcover", "location", "desc"} {
			for _, value := range []any{true, []string{}, client.Fields{}} {
				r := c.Refuses(client.CodeBadParameter, "RequestLVBAddr", a.Fields().With("userinfo", client.Fields{name: value}))
				mustName(t, r, name)
			}
		}
		c.Refuses(client.CodeNotFound, "GetUserInfo", client.Fields{"userid": a.ID, "type": 0})
	})
	t.Run("flag or type 1 without fileid is 4002", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		like := a.LikeFields().With("flag", 1)
		info := client.Fields{"userid": a.ID, "type": 1}
		for _, fileID := range []any{"", nil} {
			c.Refuses(client.CodeBadChoice, "ChangeCount", like.With("fileid", fileID))
			c.Refuses(client.CodeBadChoice, "GetUserInfo", info.With("fileid", fileID))
		}
		c.Refuses(client.CodeBadChoice, "ChangeCount", like.Without("fileid"))
		c.Refuses(client.CodeBadChoice, "GetUserInfo", info)
		c.Refuses(client.CodeBadChoice, "GetUserInfo", info.With("type", "1"))
	})
}

func refusedFor(t *testing.T, c *client.Client, action string, f client.Fields, name string) {
	t.Helper()
	r := c.Do(action, f)
	if r.Code != client.CodeBadParameter {
		t.Errorf("%s: got %d (%s), want %d", client.Encode(action, f), r.Code, r.Message, client.CodeBadParameter)
	}
	mustName(t, r, name)
}

// mustName checks that the message says which field was wrong.
func mustName(t *testing.T, r client.Reply, name string) {
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
