package gatewaytest

import (
	"context"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

// World returns fakes of a small fixed world: tom is online in group g1 with one
// recording, file r1; ann is hidden. Writes succeed and change nothing.
func World() Fakes {
	tom := streams.Session{
		User: "tom", Number: 7, StreamID: "8888_tom", Group: "g1", Title: "<b>Tom & Jerry</b>", Timestamp: 1480000000, Online: true,
		Profile: streams.Profile{Nickname: "汤姆", HeadPic: "http://h/tom.png", FrontCover: "http://c/tom.png", Location: "深圳", Desc: "hello"},
	}
	ann := streams.Session{User: "ann", Number: 3, StreamID: "8888_ann", Group: "g2", Title: "Ann", Timestamp: 1480000100}
	recorded := streams.Recording{
		User: "tom", FileID: "r1", Title: "Yesterday", Profile: tom.Profile, Start: 1479900000, End: 1479903600,
		MP4: "http://v/r1.mp4", HLS: "http://v/r1.m3u8",
	}
	return Fakes{
		Stream: &Stream{
			OpenFunc: func(o streams.Opening) (streams.Opened, error) {
				return streams.Opened{Session: streams.Session{User: o.User, StreamID: o.StreamID, Group: o.Group, Timestamp: 1480000200}}, nil
			},
			SetStatusFunc: func(s streams.Status) error {
				if s.User != "tom" && s.User != "ann" {
					return apierr.New(apierr.NotFound, "user %q has no room", s.User)
				}
				return nil
			},
			ApplyPushFunc: func(streams.Push) (streams.Verdict, error) { return streams.Applied, nil },
			AddFileFunc:   func(streams.File) (streams.Verdict, error) { return streams.Applied, nil },
			SessionsFunc: func(users []string) ([]*streams.Session, error) {
				sessions := map[string]*streams.Session{"tom": &tom, "ann": &ann}
				return []*streams.Session{sessions[users[0]]}, nil
			},
			RecordingsFunc: func(keys []streams.FileKey) ([]*streams.Recording, error) {
				if keys[0] != (streams.FileKey{User: "tom", FileID: "r1"}) {
					return []*streams.Recording{nil}, nil
				}
				return []*streams.Recording{&recorded}, nil
			},
			PagesFunc: func(_ context.Context, queries []streams.Query) ([]streams.Page, error) {
				pages := make([]streams.Page, len(queries))
				for i, q := range queries {
					pages[i] = page(q, tom, recorded)
				}
				return pages, nil
			},
		},
		Counter: &Counter{
			AddFunc: func(additions []counters.Addition) ([]int64, error) { return make([]int64, len(additions)), nil },
			GetFunc: func(_ context.Context, keys []counters.Key) ([]int64, error) {
				likes := make([]int64, len(keys))
				for i := range likes {
					likes[i] = int64(i + 5)
				}
				return likes, nil
			},
		},
		Room: &Room{
			EnterFunc: func([]members.Entry) error { return nil },
			QuitFunc:  func([]members.Exit) error { return nil },
			PagesFunc: func([]members.Query) ([]members.Page, error) {
				return []members.Page{{Total: 2, Members: []members.Member{{User: "v1", Nickname: "<V>", HeadPic: "http://h/?a=1&b=2"}, {User: "v2"}}}}, nil
			},
			SizesFunc: func(_ context.Context, rooms []members.Key) ([]int, error) {
				sizes := make([]int, len(rooms))
				for i := range sizes {
					sizes[i] = i + 2
				}
				return sizes, nil
			},
		},
		Signing: &Signing{
			PushFunc: func(user string) (signatures.PushURL, error) {
				return signatures.PushURL{URL: "rtmp://push/live/8888_" + user + "?bizid=8888&txSecret=00&txTime=5A", StreamID: "8888_" + user}, nil
			},
			PlayFunc: func(ids []string) ([]signatures.PlayURLs, error) {
				urls := make([]signatures.PlayURLs, len(ids))
				for i, id := range ids {
					urls[i] = signatures.PlayURLs{FLV: "http://play/live/" + id + ".flv?txSecret=0&txTime=1", HLS: "http://play/live/" + id + ".m3u8?txSecret=0&txTime=1"}
				}
				return urls, nil
			},
			UploadFunc:      func() (signatures.UploadSign, error) { return signatures.UploadSign{Sign: "c2lnbg=="}, nil },
			VerifyEventFunc: func(signatures.EventSign) error { return nil },
		},
	}
}

func page(q streams.Query, live streams.Session, recorded streams.Recording) (page streams.Page) {
	if q.Live {
		page.Total++
		if q.Offset == 0 {
			page.Sessions = []streams.Session{live}
		}
	}
	if q.Recorded {
		if q.Offset <= page.Total && page.Total < q.Offset+q.Limit {
			page.Recordings = []streams.Recording{recorded}
		}
		page.Total++
	}
	return page
}
