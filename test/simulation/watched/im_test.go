package watched_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"xiaozhibo.dev/gateway/presence"
)

const (
	appID = "1400000001"
	token = "testimtoken"

	// heartbeat is after how long at most the IM service misses an app that has vanished: it
	// looks every 20 seconds for those who have been silent for 30.
	heartbeat = 50 * time.Second
	// sendAgain is how long it waits before it sends a callback again that was not accepted.
	sendAgain = 20 * time.Second
)

// im is the IM service, which calls back for each change of a group.
type im struct {
	world *world
	both  bool // joins and exits are told by the callbacks of members too
}

// told is a word of the IM service on its way to the gateways.
type told struct {
	command, body string
	at            time.Time // when it happened
	stakes        []*stake  // of those it is about
}

// moves tells that somebody joined or left a group at this moment.
func (s *im) moves(p *person, group string, in, lost bool) {
	one := []*stake{p.stake(group)}
	at := s.world.clock("im")().UnixMilli()
	kind, cause := "Offline", "Quit"
	switch {
	case in && lost:
		kind, cause = "Online", "HeartbeatRecover"
	case in:
		kind, cause = "Online", "Join"
	case lost:
		cause = "HeartbeatInterrupt"
	}
	s.sends("Group.CallbackOnMemberStateChange", fmt.Sprintf(
		`{"CallbackCommand":"Group.CallbackOnMemberStateChange","GroupId":%q,"EventType":%q,"EventCause":%q,"MemberList":[{"Member_Account":%q}],"EventTime":%d}`,
		group, kind, cause, p.name, at), one)
	if !s.both || lost {
		return
	}
	command, list := "Group.CallbackAfterMemberExit", "ExitMemberList"
	if in {
		command, list = "Group.CallbackAfterNewMemberJoin", "NewMemberList"
	}
	s.sends(command, fmt.Sprintf(`{"CallbackCommand":%q,"GroupId":%q,%q:[{"Member_Account":%q}],"EventTime":%d}`, command, group, list, p.name, at), one)
}

// sends lets a callback arrive: at once or minutes late, now and then twice.
func (s *im) sends(command, body string, about []*stake) {
	for range 1 + s.world.IntN(5)/4 {
		for _, one := range about {
			one.open++
		}
		s.attempt(&told{command, body, time.Now(), about})
	}
}

// attempt is one sending, signed as of now.
func (s *im) attempt(word *told) {
	w := s.world
	delay := w.upTo(time.Second)
	if w.IntN(4) == 0 {
		delay = w.upTo(2 * time.Minute)
	}
	q := s.signed(word.command)
	w.agenda.add(delay, func() {
		for _, one := range word.stakes {
			one.meets(word.at, delay)
		}
		got := w.gateways[w.IntN(gateways)].serve(q, []byte(word.body))
		if got.Status != http.StatusOK {
			w.agenda.add(sendAgain, func() { s.attempt(word) })
			return
		}
		for _, one := range word.stakes {
			one.open--
			one.unsure = one.unsure || one.outside && word.command == "Group.CallbackAfterGroupDestroyed"
		}
	})
}

func (s *im) signed(command string) presence.Query {
	requested := strconv.FormatInt(s.world.clock("im")().Unix(), 10)
	return presence.Query{AppID: appID, Command: command, RequestTime: requested, Sign: sign(requested)}
}

func sign(requested string) string {
	sum := sha256.Sum256([]byte(token + requested))
	return hex.EncodeToString(sum[:])
}

// destroys destroys the group of a room, and makes it anew, which nobody has joined. Who is in
// is in doubt where a join is not heard yet, as nothing tells that it was before; and so is who
// is in no group, and let out with all others.
func (s *im) destroys(r *watchedRoom) {
	w, group := s.world, r.group
	w.doubt(group, func(one *stake) bool { return one.open > 0 || one.outside || !r.online })
	var all []*stake
	for _, p := range w.people {
		one := p.stake(group)
		all = append(all, one)
		if one.outside {
			continue
		}
		one.turns(false)
		if p.at == group {
			p.at = ""
		}
	}
	s.sends("Group.CallbackAfterGroupDestroyed", fmt.Sprintf(
		`{"CallbackCommand":"Group.CallbackAfterGroupDestroyed","GroupId":%q,"EventTime":%d}`, group, w.clock("im")().UnixMilli()), all)
}

// isForged sends what the IM service never said, as a stranger can: everybody has left, and
// somebody has come.
func (s *im) isForged(r *watchedRoom) {
	w := s.world
	var all []string
	for _, p := range w.people {
		all = append(all, fmt.Sprintf(`{"Member_Account":%q}`, p.name))
	}
	at := w.clock("im")().UnixMilli()
	q := s.signed("Group.CallbackAfterMemberExit")
	switch w.IntN(3) {
	case 0:
		q.Sign = strings.Repeat("0", len(q.Sign))
	case 1:
		q.Sign = ""
	case 2: // a sign that was seen an hour ago
		q.RequestTime = strconv.FormatInt(w.clock("im")().Add(-time.Hour).Unix(), 10)
		q.Sign = sign(q.RequestTime)
	}
	g := w.gateways[w.IntN(gateways)]
	g.serve(q, fmt.Appendf(nil, `{"GroupId":%q,"ExitMemberList":[%s],"EventTime":%d}`, r.group, strings.Join(all, ","), at))
	q.Command = "Group.CallbackAfterNewMemberJoin"
	g.serve(q, fmt.Appendf(nil, `{"GroupId":%q,"NewMemberList":[{"Member_Account":"nobody"}],"EventTime":%d}`, r.group, at))
}

// shown are the members of a room, as a client reads them, and their number.
func (w *world) shown(r *watchedRoom) (names []string, count int) {
	for page := 1; ; page++ {
		var list struct {
			TotalCount int                       `json:"totalcount"`
			MemberList []struct{ UserID string } `json:"memberlist"`
		}
		w.reads(&list, map[string]any{"Action": "FetchGroupMemberList", "userid": "reader", "liveuserid": r.anchor, "groupid": r.group, "pageno": page, "pagesize": 4})
		for _, one := range list.MemberList {
			names = append(names, one.UserID)
		}
		if len(list.MemberList) < 4 {
			break
		}
	}
	var info struct {
		ViewerCount int `json:"viewercount"`
	}
	w.reads(&info, map[string]any{"Action": "GetUserInfo", "userid": r.anchor, "type": 0})
	return names, info.ViewerCount
}

// judge compares what is shown of each room in the list with those who watch it.
func (w *world) judge() {
	for _, r := range w.rooms {
		if !r.online {
			continue
		}
		names, count := w.shown(r)
		if count != len(names) {
			w.breaks("%s has %d viewers, but %d members", r.anchor, count, len(names))
		}
		for i, name := range names {
			if slices.Contains(names[:i], name) || !slices.ContainsFunc(w.people, func(p *person) bool { return p.name == name }) {
				w.breaks("%s is watched by %q, who stands there twice or is nobody", r.anchor, name)
			}
		}
		for _, p := range w.people {
			s := p.stakes[r.group]
			switch shown := slices.Contains(names, p.name); {
			case s == nil && shown:
				w.breaks("%s is said to watch %s, and never did", p.name, r.group)
			case s != nil && s.settled() && s.in != shown:
				w.breaks("%s is shown to watch %s: %t, in truth: %t", p.name, r.group, shown, s.in)
			}
		}
	}
}

// leavesNobody is for when the time of all members is up.
func (w *world) leavesNobody() {
	for _, r := range w.rooms {
		if names, count := w.shown(r); len(names) > 0 || count > 0 {
			w.breaks("%s is watched by %v still, %d in all", r.group, names, count)
		}
	}
}
