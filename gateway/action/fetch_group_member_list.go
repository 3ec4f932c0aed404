package action

import (
	"context"

	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// memberList is the returnData of FetchGroupMemberList.
type memberList members.Page

// AppendJSON implements envelope.Data. An empty room gives an empty list, never null.
func (l memberList) AppendJSON(dst []byte) []byte {
	dst = envelope.AppendInt(dst, `{"totalcount":`, int64(l.Total))
	dst = append(dst, `,"memberlist":[`...)
	for i, m := range l.Members {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = envelope.AppendText(dst, `{"userid":`, m.User)
		dst = envelope.AppendText(dst, `,"nickname":`, m.Nickname)
		dst = envelope.AppendText(dst, `,"headpic":`, m.HeadPic)
		dst = append(dst, '}')
	}
	return append(dst, "]}"...)
}

// fetchGroupMemberList returns a page of a room. The protocol has no flag here, so groupid
// may be the group of the anchor's session or the file id of a recording; the session is
// tried first. A room that does not exist is an empty list and no error.
func fetchGroupMemberList(ctx context.Context, a *Actions, fields input) (*Body, error) {
	anchor := fields.UserID("liveuserid")
	groupID := fields.ID("groupid")
	offset, limit := readPage(fields)
	if err := fields.Err(); err != nil {
		return nil, err
	}

	found, err := a.findGroup(ctx, anchor, flagLive, groupID)
	if apierr.CodeOf(err) == apierr.NotFound {
		found, err = a.findGroup(ctx, anchor, flagRecorded, groupID)
	}
	if apierr.CodeOf(err) == apierr.NotFound {
		return success(memberList{}), nil
	}
	if err != nil {
		return nil, err
	}
	return combine.One(a.memberLists.Do(ctx, members.Query{Room: found.room(), Offset: offset, Limit: limit}))
}

// memberLists combines FetchGroupMemberLists: viewers of a room ask for the same page,
// and one round makes the reply of each page once.
type memberLists = combine.Combiner[members.Query, *Body]

// newMemberLists starts the combiner of member lists. It has a goroutine, which Actions.Close
// ends.
func newMemberLists(a *Actions, meter metric.Meter) *memberLists {
	return combine.New(combine.Options{Name: "FetchGroupMemberList", Max: maxListBatch, Meter: meter}, combine.Distinct(a.fetchMembers))
}

// fetchMembers fails those pages only that cannot be had.
func (a *Actions) fetchMembers(ctx context.Context, queries []members.Query) []combine.Result[*Body] {
	pages := a.Room.Pages(ctx, queries)
	replies := make([]combine.Result[*Body], len(pages))
	for i, page := range pages {
		if replies[i].Err = page.Err; page.Err == nil {
			replies[i].Value = success(memberList(page.Value))
		}
	}
	return replies
}
