package simulation

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"time"

	"xiaozhibo.dev/test/simulation/model"
)

// clientTimeout is how long released clients wait before they send again.
const clientTimeout = 10 * time.Second

// client is one app, or whoever else sends Actions. It is one goroutine, which
// does nothing while anybody else does.
type client struct {
	world  *world
	name   string
	random *rand.Rand
	asked  int
}

// live starts a client, whose life is script.
func (w *world) live(name string, script func(c *client)) {
	c := &client{world: w, name: name, random: w.randomOf(name)}
	w.actors++
	go func() {
		defer func() { w.actors-- }()
		c.sleep(0)
		script(c)
	}()
}

// sleep lets time pass. A client who wakes when all is over does nothing more.
func (c *client) sleep(d time.Duration) {
	c.world.park("client "+c.name, nil, d)
	if c.world.over {
		runtime.Goexit()
	}
}

// rests sleeps for a while, from a range of milliseconds.
func (c *client) rests(least, most int) {
	c.sleep(time.Duration(least+c.random.IntN(most-least+1)) * time.Millisecond)
}

func (c *client) may(chance float64) bool { return c.random.Float64() < chance }

// goesOn reports whether the client may send more.
func (c *client) goesOn() bool { return c.world.left > 0 }

// reply is what a client was answered, nil returnData and false if nothing.
type reply struct {
	model.Reply
	heard bool
}

func (r reply) ok() bool { return r.heard && r.Code == 0 }

// asks sends a request and waits for the answer. After clientTimeout it is sent
// once more, now and then twice at once to begin with.
func (c *client) asks(r model.Request) reply {
	c.asked++
	if w := c.world; slices.Contains(w.options.Unsent, fmt.Sprintf("%s#%d", c.name, c.asked)) {
		w.left--
		return reply{}
	}
	if c.may(0.05) {
		c.send(r, func(reply) {})
	}
	for attempt := 0; ; attempt++ {
		var got reply
		answered := make(chan struct{})
		c.send(r, func(heard reply) { got = heard; close(answered) })
		<-answered
		c.sleep(0)
		if got.heard || attempt == 1 || c.may(0.3) {
			return got
		}
	}
}

// send sends one copy of a request. heard is called once, in the scheduler's
// goroutine: with the answer, or without one after clientTimeout.
func (c *client) send(r model.Request, heard func(reply)) {
	w := c.world
	w.left--
	m := &r
	w.model.Begin(m)
	w.tell(m, "%s", m)
	over := false
	unanswered := func(why string) {
		over = true
		w.model.GiveUp(m)
		w.tell(m, "%s: %s", m, why)
		heard(reply{})
	}
	w.after(clientTimeout, func() {
		if !over {
			unanswered("no answer")
		}
	})
	w.post(actionPath, body(m), func(came received) {
		if over {
			return
		}
		if came.status == 0 {
			unanswered("the connection broke")
			return
		}
		over = true
		got := parse(came)
		if w.story.keep {
			w.tell(m, "%s: %d %s", m, got.Code, telling(got))
		}
		w.model.End(m, got)
		heard(reply{got, true})
	})
}

// post carries what a client or the platform sends to some gateway, and back its answer
// or the news that the connection broke.
func (w *world) post(path string, body []byte, answered func(received)) {
	if w.weather.strikes(ClientLose) {
		return
	}
	i := w.random.IntN(len(w.gateways))
	w.after(w.weather.hop(ClientDelay), func() {
		g := w.gateways[i]
		if g == nil {
			return
		}
		g.serve(path, body, func(got received) {
			if !w.weather.strikes(ClientUnheard) {
				w.after(w.weather.hop(ClientDelay), func() { answered(got) })
			}
		})
	})
}

// body is what a client sends.
func body(r *model.Request) []byte {
	fields := map[string]any{"Action": r.Action, "userid": r.User}
	add := func(more map[string]any) { maps.Copy(fields, more) }
	switch r.Action {
	case model.RequestLVBAddr:
		add(map[string]any{"groupid": r.Group, "title": r.Title, "userinfo": map[string]string{
			"nickname": "n" + r.Title, "headpic": "http://h/" + r.Title, "frontcover": "http://c/" + r.Title, "location": "深圳",
		}})
	case model.ChangeStatus:
		add(map[string]any{"status": either(r.Online, 0, 1)})
	case model.ChangeCount:
		add(map[string]any{"userid": r.Anchor, "type": 1, "optype": either(r.Delta > 0, 0, 1), "flag": r.Flag, "fileid": r.FileID})
	case model.FetchList:
		add(map[string]any{"flag": r.Flag, "pageno": r.PageNo, "pagesize": r.PageSize})
	case model.EnterGroup:
		add(map[string]any{"liveuserid": r.Anchor, "groupid": r.Group, "flag": r.Flag, "nickname": r.Nickname, "headpic": "http://h/v"})
	case model.QuitGroup:
		add(map[string]any{"liveuserid": r.Anchor, "groupid": r.Group, "flag": r.Flag})
	case model.FetchGroupMemberList:
		add(map[string]any{"liveuserid": r.Anchor, "groupid": r.Group, "pageno": r.PageNo, "pagesize": r.PageSize})
	case model.GetUserInfo:
		add(map[string]any{"userid": r.Anchor, "type": r.Flag, "fileid": r.FileID})
	}
	encoded, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	return encoded
}

// untold are the parts of an answer that make a story long, or another one
// every time.
var untold = regexp.MustCompile(`"(sign|playurl|hls_play_url|headpic|desc|forbid_status|type)":("[^"]*"|\d+),?|,"userinfo":{[^}]*}|\?bizid=[^"]*`)

// telling is what the log says of an answer.
func telling(got model.Reply) []byte { return untold.ReplaceAll(got.Data, nil) }

func either(first bool, a, b int) int {
	if first {
		return a
	}
	return b
}

func parse(came received) model.Reply {
	var envelope struct {
		ReturnValue int             `json:"returnValue"`
		ReturnMsg   *string         `json:"returnMsg"`
		ReturnData  json.RawMessage `json:"returnData"`
	}
	if err := json.Unmarshal(came.body, &envelope); err != nil || came.status != http.StatusOK || envelope.ReturnMsg == nil || len(envelope.ReturnData) == 0 || envelope.ReturnData[0] != '{' {
		return model.Reply{Code: -1, Message: string(came.body)}
	}
	return model.Reply{Code: envelope.ReturnValue, Message: *envelope.ReturnMsg, Data: envelope.ReturnData}
}
