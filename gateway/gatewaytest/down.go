package gatewaytest

import (
	"context"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/streams"
)

// Down makes every method of the service fail with err.
func (f *Stream) Down(err error) {
	*f = Stream{
		OpenFunc:       func(streams.Opening) (streams.Opened, error) { return streams.Opened{}, err },
		SetStatusFunc:  func(streams.Status) error { return err },
		ApplyPushFunc:  func(streams.Push) (streams.Verdict, error) { return "", err },
		AddFileFunc:    func(streams.File) (streams.Verdict, error) { return "", err },
		SessionsFunc:   func([]string) ([]*streams.Session, error) { return nil, err },
		RecordingsFunc: func([]streams.FileKey) ([]*streams.Recording, error) { return nil, err },
		PagesFunc:      func(context.Context, []streams.Query) ([]streams.Page, error) { return nil, err },

		StoriesFunc:     func([]streams.StoryKey) ([]*streams.Story, error) { return nil, err },
		SummariesFunc:   func(streams.SummaryQuery) (streams.SummaryPage, error) { return streams.SummaryPage{}, err },
		ChangesFunc:     func(streams.ChangeQuery) (streams.ChangePage, error) { return streams.ChangePage{}, err },
		LeaseFunc:       func(streams.LeaseRequest) (streams.LeaseState, error) { return streams.LeaseState{}, err },
		BookmarkFunc:    func(string) (streams.Bookmark, error) { return streams.Bookmark{}, err },
		PutBookmarkFunc: func(streams.Bookmark) (streams.BookmarkPut, error) { return streams.BookmarkPut{}, err },
		ConfirmFunc:     func(streams.Sighting) (streams.Verdict, error) { return "", err },
		DenyFunc:        func(streams.Sighting) (streams.Verdict, error) { return "", err },
		EndFunc:         func(streams.Ending) (streams.Verdict, error) { return "", err },
		RemoveFilesFunc: func([]string) (streams.Verdict, error) { return "", err },
		SetBanFunc:      func(streams.Ban) error { return err },
		BansFunc:        func([]string) ([]*streams.Ban, error) { return nil, err },
		ListBansFunc:    func(streams.BanQuery) ([]streams.Ban, error) { return nil, err },
	}
}

// Down makes every method of the service fail with err.
func (f *Counter) Down(err error) {
	*f = Counter{
		AddFunc: func([]counters.Addition) ([]int64, error) { return nil, err },
		GetFunc: func(context.Context, []counters.Key) ([]int64, error) { return nil, err },
	}
}

// Down makes every method of the service fail with err.
func (f *Room) Down(err error) {
	*f = Room{
		EnterFunc: func([]members.Entry) error { return err },
		QuitFunc:  func([]members.Exit) error { return err },
		PagesFunc: func([]members.Query) ([]members.Page, error) { return nil, err },
		SizesFunc: func(context.Context, []members.Key) ([]int, error) { return nil, err },
	}
}

// Down makes every method of the service fail with err.
func (f *Signing) Down(err error) {
	*f = Signing{
		PushFunc:        func(string) (signatures.PushURL, error) { return signatures.PushURL{}, err },
		PlayFunc:        func([]string) ([]signatures.PlayURLs, error) { return nil, err },
		UploadFunc:      func() (signatures.UploadSign, error) { return signatures.UploadSign{}, err },
		VerifyEventFunc: func(signatures.EventSign) error { return err },
	}
}
