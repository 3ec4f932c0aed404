package gatewaytest

import (
	"context"

	"xiaozhibo.dev/libs/api/counter"
	"xiaozhibo.dev/libs/api/room"
	"xiaozhibo.dev/libs/api/signing"
	"xiaozhibo.dev/libs/api/stream"
	"xiaozhibo.dev/libs/apierr"
)

// World returns fakes of a small fixed world: tom is online in group g1 with one
// recording, file r1; ann is hidden. Writes succeed and change nothing.
func World() Fakes {
	tom := stream.Room{
		User: "tom", Session: 7, StreamID: "8888_tom", Group: "g1", Title: "<b>Tom & Jerry</b>", Timestamp: 1480000000, Online: true,
		Profile: stream.Profile{Nickname: "汤姆", HeadPic: "http://h/tom.png", FrontCover: "http://c/tom.png", Location: "深圳", Desc: "hello"},
	}
	ann := stream.Room{User: "ann", Session: 3, StreamID: "8888_ann", Group: "g2", Title: "Ann", Timestamp: 1480000100}
	recorded := stream.Recording{
		User: "tom", FileID: "r1", Title: "Yesterday", Profile: tom.Profile, Start: 1479900000, End: 1479903600,
		MP4: "http://v/r1.mp4", HLS: "http://v/r1.m3u8",
	}
	return Fakes{
		Stream: &Stream{
			OpenFunc: func(o stream.Opening) (stream.Opened, error) {
				return stream.Opened{Room: stream.Room{User: o.User, StreamID: o.StreamID, Group: o.Group, Timestamp: 1480000200}}, nil
			},
			SetStatusFunc: func(s stream.Status) error {
				if s.User != "tom" && s.User != "ann" {
					return apierr.New(apierr.NotFound, "user %q has no room", s.User)
				}
				return nil
			},
			ApplyPushFunc: func(stream.Push) (stream.Verdict, error) { return stream.Applied, nil },
			AddFileFunc:   func(stream.File) (stream.Verdict, error) { return stream.Applied, nil },
			RoomsFunc: func(users []string) ([]*stream.Room, error) {
				rooms := map[string]*stream.Room{"tom": &tom, "ann": &ann}
				return []*stream.Room{rooms[users[0]]}, nil
			},
			RecordingsFunc: func(keys []stream.FileKey) ([]*stream.Recording, error) {
				if keys[0] != (stream.FileKey{User: "tom", FileID: "r1"}) {
					return []*stream.Recording{nil}, nil
				}
				return []*stream.Recording{&recorded}, nil
			},
			PagesFunc: func(_ context.Context, queries []stream.Query) ([]stream.Page, error) {
				pages := make([]stream.Page, len(queries))
				for i, q := range queries {
					pages[i] = page(q, tom, recorded)
				}
				return pages, nil
			},
		},
		Counter: &Counter{
			AddFunc: func(additions []counter.Addition) ([]int64, error) { return make([]int64, len(additions)), nil },
			GetFunc: func(_ context.Context, keys []counter.Key) ([]int64, error) {
				likes := make([]int64, len(keys))
				for i := range likes {
					likes[i] = int64(i + 5)
				}
				return likes, nil
			},
		},
		Room: &Room{
			EnterFunc: func(entries []room.Entry) ([]struct{}, error) { return make([]struct{}, len(entries)), nil },
			QuitFunc:  func(exits []room.Exit) ([]struct{}, error) { return make([]struct{}, len(exits)), nil },
			PagesFunc: func([]room.Query) ([]room.Page, error) {
				return []room.Page{{Total: 2, Members: []room.Member{{User: "v1", Nickname: "<V>", HeadPic: "http://h/?a=1&b=2"}, {User: "v2"}}}}, nil
			},
			SizesFunc: func(_ context.Context, rooms []room.Key) ([]int, error) {
				sizes := make([]int, len(rooms))
				for i := range sizes {
					sizes[i] = i + 2
				}
				return sizes, nil
			},
		},
		Signing: &Signing{
			PushFunc: func(user string) (signing.PushURL, error) {
				return signing.PushURL{URL: "rtmp://push/live/8888_" + user + "?bizid=8888&txSecret=00&txTime=5A", StreamID: "8888_" + user}, nil
			},
			PlayFunc: func(ids []string) ([]signing.PlayURLs, error) {
				urls := make([]signing.PlayURLs, len(ids))
				for i, id := range ids {
					urls[i] = signing.PlayURLs{FLV: "http://play/live/" + id + ".flv?txSecret=0&txTime=1", HLS: "http://play/live/" + id + ".m3u8?txSecret=0&txTime=1"}
				}
				return urls, nil
			},
			UploadFunc:      func() (signing.UploadSign, error) { return signing.UploadSign{Sign: "c2lnbg=="}, nil },
			VerifyEventFunc: func(signing.EventSign) error { return nil },
		},
	}
}

func page(q stream.Query, live stream.Room, recorded stream.Recording) (page stream.Page) {
	if q.Live {
		page.Total++
		if q.Offset == 0 {
			page.Rooms = []stream.Room{live}
		}
	}
	if q.Recorded {
		if q.Offset <= page.Total && page.Total < q.Offset+q.Limit {
			page.Recordings = []stream.Recording{recorded}
		}
		page.Total++
	}
	return page
}
