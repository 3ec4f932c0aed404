package action

import (
	"context"

	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
)

// What a row says in type, a number, and in status, a text. Note that in a row "0" is
// offline, while ChangeStatus sends 0 for online.
const (
	typeLive     = 0
	typeRecorded = 1

	rowOffline = "0"
	rowOnline  = "1"
)

// rows turns pages into published rows with likes, viewers and URLs: one call to each
// service for all pages. Likes and viewers that do not come soon are zero, because a list
// without them is worth more than none. A page fails if one of its play URLs does.
func (a *Actions) rows(ctx context.Context, pages []streams.Page) []combine.Result[[]row] {
	about := aboutRows(pages)
	if err := a.ask(ctx, about); err != nil {
		return combine.Fail[[]row](len(pages), err)
	}
	a.tellMissing(ctx, "likes", about.noLikes)
	a.tellMissing(ctx, "viewers", about.noViewers)

	likes, viewers, urls := about.likes, about.viewers, about.urls
	results := make([]combine.Result[[]row], len(pages))
	for i, page := range pages {
		rows := make([]row, 0, len(page.Sessions)+len(page.Recordings))
		for j := range page.Sessions {
			if urls[0].Err != nil {
				results[i].Err = urls[0].Err
			}
			rows = append(rows, liveRow(&page.Sessions[j], likes[0], viewers[0], urls[0].Value))
			likes, viewers, urls = likes[1:], viewers[1:], urls[1:]
		}
		for j := range page.Recordings {
			rows = append(rows, recordedRow(&page.Recordings[j], likes[0], viewers[0]))
			likes, viewers = likes[1:], viewers[1:]
		}
		results[i].Value = rows
	}
	return results
}

// liveRow returns the row of a session. Both its URLs may be empty where its page fails.
func liveRow(r *streams.Session, likes int64, viewers int, urls signatures.PlayURLs) row {
	status := rowOffline
	if r.Online {
		status = rowOnline
	}
	return row{
		userID:    r.User,
		groupID:   r.Group,
		timestamp: r.Timestamp,
		kind:      typeLive,
		viewers:   viewers,
		likes:     likes,
		title:     r.Title,
		playURL:   urls.FLV,
		hlsURL:    urls.HLS,
		status:    status,
		desc:      r.Profile.Desc,
		forbidden: r.Forbid,
		userInfo:  newUserInfo(r.Profile),
	}
}

// recordedRow returns the row of a recording. playurl is the first of FLV, MP4 and HLS
// that exists, so it is empty only where there is no file at all. A recording has no
// groupid and is never online.
func recordedRow(r *streams.Recording, likes int64, viewers int) row {
	playURL := r.FLV
	for _, other := range []string{r.MP4, r.HLS} {
		if playURL == "" {
			playURL = other
		}
	}
	return row{
		userID:    r.User,
		timestamp: r.Start,
		kind:      typeRecorded,
		viewers:   viewers,
		likes:     likes,
		title:     r.Title,
		playURL:   playURL,
		hlsURL:    r.HLS,
		fileID:    r.FileID,
		status:    rowOffline,
		desc:      r.Profile.Desc,
		userInfo:  newUserInfo(r.Profile),
	}
}

// newUserInfo names the fields of a profile as the protocol does.
func newUserInfo(p streams.Profile) userInfo {
	return userInfo{nickname: p.Nickname, headPic: p.HeadPic, frontCover: p.FrontCover, location: p.Location, desc: p.Desc}
}
