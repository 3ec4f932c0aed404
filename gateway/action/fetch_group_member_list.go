package action

import (
	"context"

	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/libs/api/room"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

type memberList struct {
	TotalCount int         `json:"totalcount"`
	MemberList []memberRow `json:"memberlist"`
}

type memberRow struct {
	UserID   string `json:"userid"`
	Nickname string `json:"nickname"`
	HeadPic  string `json:"headpic"`
}

// fetchGroupMemberList has no flag: groupid is that of the session or else the
// file id of a recording. An unknown room is an empty list.
func fetchGroupMemberList(ctx context.Context, a *Actions, fields *envelope.Fields) (any, error) {
	anchor := fields.UserID("liveuserid")
	groupID := fields.ID("groupid")
	offset, limit := readPage(fields)
	if err := fields.Err(); err != nil {
		return nil, err
	}

	list := memberList{MemberList: []memberRow{}}
	found, err := a.findGroup(ctx, anchor, flagLive, groupID)
	if apierr.CodeOf(err) == apierr.NotFound {
		found, err = a.findGroup(ctx, anchor, flagRecorded, groupID)
	}
	if apierr.CodeOf(err) == apierr.NotFound {
		return list, nil
	}
	if err != nil {
		return nil, err
	}
	page, err := combine.One(a.Room.Pages(ctx, []room.Query{{Room: found.room(), Offset: offset, Limit: limit}}))
	if err != nil {
		return nil, err
	}
	list.TotalCount = page.Total
	for _, m := range page.Members {
		list.MemberList = append(list.MemberList, memberRow{m.User, m.Nickname, m.HeadPic})
	}
	return list, nil
}
