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
		userInfo:  newUserInfo(r.Profile),
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

func newUserInfo(p stream.Profile) userInfo {
	return userInfo{p.Nickname, p.HeadPic, p.FrontCover, p.Location, p.Desc}
}
