package action

import (
	"context"

	"golang.org/x/sync/errgroup"

	"xiaozhibo.dev/libs/api/counter"
	"xiaozhibo.dev/libs/api/room"
	"xiaozhibo.dev/libs/api/signing"
	"xiaozhibo.dev/libs/api/stream"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

const (
	typeLive     = 0
	typeRecorded = 1

	rowOffline = "0"
	rowOnline  = "1"
)

// row is the published pusherinfo.
type row struct {
	UserID       string   `json:"userid"`
	GroupID      string   `json:"groupid"`
	Timestamp    int64    `json:"timestamp"`
	Type         int      `json:"type"`
	ViewerCount  int      `json:"viewercount"`
	LikeCount    int64    `json:"likecount"`
	Title        string   `json:"title"`
	PlayURL      string   `json:"playurl"`
	HLSPlayURL   string   `json:"hls_play_url"`
	FileID       string   `json:"fileid"`
	Status       string   `json:"status"`
	Desc         string   `json:"desc"`
	ForbidStatus int      `json:"forbid_status"` // nobody is ever forbidden here
	UserInfo     userInfo `json:"userinfo"`
}

type userInfo struct {
	Nickname   string `json:"nickname"`
	HeadPic    string `json:"headpic"`
	FrontCover string `json:"frontcover"`
	Location   string `json:"location"`
	Desc       string `json:"desc,omitempty"`
}

// rows turns pages into published rows, with likes, viewers and URLs: one call
// to each service for all pages. Likes and viewers that cannot be had soon are
// zero: a list without them is worth more than none. A page fails if one of its
// URLs does.
func (a *Actions) rows(ctx context.Context, pages []stream.Page) []combine.Result[[]row] {
	var counters []counter.Key
	var rooms []room.Key
	var streamIDs []string
	for _, page := range pages {
		for i := range page.Rooms {
			t := liveTarget(&page.Rooms[i])
			counters, rooms = append(counters, t.counter()), append(rooms, t.room())
			streamIDs = append(streamIDs, page.Rooms[i].StreamID)
		}
		for i := range page.Recordings {
			t := recordedTarget(&page.Recordings[i])
			counters, rooms = append(counters, t.counter()), append(rooms, t.room())
		}
	}

	var likes []int64
	var viewers []int
	var urls []combine.Result[signing.PlayURLs]
	var noLikes, noViewers error
	group, calls := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		defer apierr.Recover(&err)
		likes, noLikes = orZeros(calls, counters, a.Counter.Get)
		return nil
	})
	group.Go(func() (err error) {
		defer apierr.Recover(&err)
		viewers, noViewers = orZeros(calls, rooms, a.Room.Sizes)
		return nil
	})
	group.Go(func() (err error) {
		defer apierr.Recover(&err)
		if len(streamIDs) > 0 {
			urls = a.Signing.Play(calls, streamIDs)
		}
		return combine.Whole(urls) // the others need not go on
	})
	if err := group.Wait(); err != nil {
		return combine.Fail[[]row](len(pages), err)
	}
	a.tellMissing(ctx, "likes", noLikes)
	a.tellMissing(ctx, "viewers", noViewers)

	results := make([]combine.Result[[]row], len(pages))
	for i, page := range pages {
		rows := make([]row, 0, len(page.Rooms)+len(page.Recordings))
		for _, r := range page.Rooms {
			if urls[0].Err != nil {
				results[i].Err = urls[0].Err
			}
			rows = append(rows, liveRow(r, likes[0], viewers[0], urls[0].Value))
			likes, viewers, urls = likes[1:], viewers[1:], urls[1:]
		}
		for _, r := range page.Recordings {
			rows = append(rows, recordedRow(r, likes[0], viewers[0]))
			likes, viewers = likes[1:], viewers[1:]
		}
		results[i].Value = rows
	}
	return results
}

func liveRow(r stream.Room, likes int64, viewers int, urls signing.PlayURLs) row {
	status := rowOffline
	if r.Online {
		status = rowOnline
	}
	return row{
		UserID:      r.User,
		GroupID:     r.Group,
		Timestamp:   r.Timestamp,
		Type:        typeLive,
		ViewerCount: viewers,
		LikeCount:   likes,
		Title:       r.Title,
		PlayURL:     urls.FLV,
		HLSPlayURL:  urls.HLS,
		Status:      status,
		Desc:        r.Profile.Desc,
		UserInfo:    newUserInfo(r.Profile),
	}
}

func recordedRow(r stream.Recording, likes int64, viewers int) row {
	playURL := r.FLV
	for _, other := range []string{r.MP4, r.HLS} {
		if playURL == "" {
			playURL = other
		}
	}
	return row{
		UserID:      r.User,
		Timestamp:   r.Start,
		Type:        typeRecorded,
		ViewerCount: viewers,
		LikeCount:   likes,
		Title:       r.Title,
		PlayURL:     playURL,
		HLSPlayURL:  r.HLS,
		FileID:      r.FileID,
		Status:      rowOffline,
		Desc:        r.Profile.Desc,
		UserInfo:    newUserInfo(r.Profile),
	}
}

func newUserInfo(p stream.Profile) userInfo {
	return userInfo{p.Nickname, p.HeadPic, p.FrontCover, p.Location, p.Desc}
}
