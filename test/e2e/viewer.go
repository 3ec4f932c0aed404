package e2e

import (
	"fmt"
	"slices"
)

// member is a row of FetchGroupMemberList.
type member struct{ UserID, Nickname, HeadPic string }

// members is one page of FetchGroupMemberList.
type members struct {
	Total int
	List  []member
}

// ids are the members' user ids, in their order.
func (m members) ids() []string {
	ids := []string{}
	for _, one := range m.List {
		ids = append(ids, one.UserID)
	}
	return ids
}

func parseMembers(r reply) (members, error) {
	if err := hasExactly(r.Data, "totalcount", "memberlist"); err != nil {
		return members{}, err
	}
	total, err := integer(r.Data["totalcount"])
	if err != nil {
		return members{}, fmt.Errorf("totalcount: %w", err)
	}
	list, isList := r.Data["memberlist"].([]any)
	if !isList {
		return members{}, fmt.Errorf("memberlist is %T, want an array", r.Data["memberlist"])
	}
	m := members{Total: total}
	for _, v := range list {
		object, isObject := v.(map[string]any)
		if !isObject {
			return members{}, fmt.Errorf("a member is %T, want an object", v)
		}
		if err := hasExactly(object, "userid", "nickname", "headpic"); err != nil {
			return members{}, err
		}
		var one member
		for name, into := range map[string]*string{
			"userid": &one.UserID, "nickname": &one.Nickname, "headpic": &one.HeadPic,
		} {
			if err := readString(object, name, into); err != nil {
				return members{}, err
			}
		}
		m.List = append(m.List, one)
	}
	return m, nil
}

// enterFields is a viewer entering a room.
func (a *anchor) enterFields(viewer string) fields {
	return fields{
		"userid": viewer, "liveuserid": a.id, "groupid": a.group, "flag": 0,
		"nickname": "nick of " + viewer, "headpic": "http://pic.example/" + viewer,
	}
}

func (a *anchor) quitFields(viewer string) fields {
	return fields{"userid": viewer, "liveuserid": a.id, "groupid": a.group, "flag": 0}
}

// enter lets viewers into the room, one after the other.
func (a *anchor) enter(viewers ...string) {
	a.c.t.Helper()
	for _, viewer := range viewers {
		a.c.must("EnterGroup", a.enterFields(viewer))
	}
}

func (a *anchor) quit(viewer string) {
	a.c.t.Helper()
	a.c.must("QuitGroup", a.quitFields(viewer))
}

// membersOf fetches one page of the members of a room or, by its file id, of a recording.
func (c *client) membersOf(liveUserID, groupID string, pageno, pagesize any) members {
	c.t.Helper()
	m, err := parseMembers(c.must("FetchGroupMemberList", fields{
		"liveuserid": liveUserID, "groupid": groupID, "pageno": pageno, "pagesize": pagesize,
	}))
	if err != nil {
		c.t.Fatal(err)
	}
	return m
}

// members is the first page, of up to a hundred.
func (a *anchor) members() members {
	a.c.t.Helper()
	return a.c.membersOf(a.id, a.group, 1, mostRows)
}

// mustHaveMembers checks who is in the room, in which order, and that the viewer number agrees.
func (a *anchor) mustHaveMembers(when string, want ...string) {
	a.c.t.Helper()
	m := a.members()
	if !slices.Equal(m.ids(), want) {
		a.c.t.Errorf("%s: members %v, want %v", when, m.ids(), want)
	}
	if m.Total != len(want) {
		a.c.t.Errorf("%s: totalcount of members %d, want %d", when, m.Total, len(want))
	}
	if viewers := a.info().Viewers; viewers != len(want) {
		a.c.t.Errorf("%s: viewercount %d with %d members", when, viewers, len(want))
	}
}
