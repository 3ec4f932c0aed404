package client

import (
	"fmt"
	"slices"
)

// Member is a row of FetchGroupMemberList.
type Member struct{ UserID, Nickname, HeadPic string }

// members is one page of FetchGroupMemberList.
type members struct {
	Total int
	List  []Member
}

// Ids are the members' user ids, in their order.
func (m members) IDs() []string {
	ids := []string{}
	for _, one := range m.List {
		ids = append(ids, one.UserID)
	}
	return ids
}

func parseMembers(r Reply) (members, error) {
	if err := HasExactly(r.Data, "totalcount", "memberlist"); err != nil {
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
		if err := HasExactly(object, "userid", "nickname", "headpic"); err != nil {
			return members{}, err
		}
		var one Member
		for name, into := range map[string]*string{
			"userid": &one.UserID, "nickname": &one.Nickname, "headpic": &one.HeadPic,
		} {
			if err := ReadString(object, name, into); err != nil {
				return members{}, err
			}
		}
		m.List = append(m.List, one)
	}
	return m, nil
}

// EnterFields is a viewer entering a room.
func (a *Anchor) EnterFields(viewer string) Fields {
	return Fields{
		"userid": viewer, "liveuserid": a.ID, "groupid": a.Group, "flag": 0,
		"nickname": "nick of " + viewer, "headpic": "http://pic.example/" + viewer,
	}
}

func (a *Anchor) QuitFields(viewer string) Fields {
	return Fields{"userid": viewer, "liveuserid": a.ID, "groupid": a.Group, "flag": 0}
}

// Enter lets viewers into the room, one after the other.
func (a *Anchor) Enter(viewers ...string) {
	a.C.T.Helper()
	for _, viewer := range viewers {
		a.C.Must("EnterGroup", a.EnterFields(viewer))
	}
}

func (a *Anchor) Quit(viewer string) {
	a.C.T.Helper()
	a.C.Must("QuitGroup", a.QuitFields(viewer))
}

// MembersOf fetches one page of the members of a room or, by its file id, of a recording.
func (c *Client) MembersOf(liveUserID, groupID string, pageno, pagesize any) members {
	c.T.Helper()
	m, err := parseMembers(c.Must("FetchGroupMemberList", Fields{
		"liveuserid": liveUserID, "groupid": groupID, "pageno": pageno, "pagesize": pagesize,
	}))
	if err != nil {
		c.T.Fatal(err)
	}
	return m
}

// Members is the first page, of up to a hundred.
func (a *Anchor) Members() members {
	a.C.T.Helper()
	return a.C.MembersOf(a.ID, a.Group, 1, MostRows)
}

// MustHaveMembers checks who is in the room, in which order, and that the viewer number agrees.
func (a *Anchor) MustHaveMembers(when string, want ...string) {
	a.C.T.Helper()
	m := a.Members()
	if !slices.Equal(m.IDs(), want) {
		a.C.T.Errorf("%s: members %v, want %v", when, m.IDs(), want)
	}
	if m.Total != len(want) {
		a.C.T.Errorf("%s: totalcount of members %d, want %d", when, m.Total, len(want))
	}
	if viewers := a.Info().Viewers; viewers != len(want) {
		a.C.T.Errorf("%s: viewercount %d with %d members", when, viewers, len(want))
	}
}
