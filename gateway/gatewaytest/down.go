package gatewaytest

import (
	"context"

	"xiaozhibo.dev/libs/api/counter"
	"xiaozhibo.dev/libs/api/room"
	"xiaozhibo.dev/libs/api/signing"
	"xiaozhibo.dev/libs/api/stream"
)

// Down makes every method of the service fail with err.
func (f *Stream) Down(err error) {
	*f = Stream{
		OpenFunc:       func(stream.Opening) (stream.Opened, error) { return stream.Opened{}, err },
		SetStatusFunc:  func(stream.Status) error { return err },
		ApplyPushFunc:  func(stream.Push) (stream.Verdict, error) { return "", err },
		AddFileFunc:    func(stream.File) (stream.Verdict, error) { return "", err },
		RoomsFunc:      func([]string) ([]*stream.Room, error) { return nil, err },
		RecordingsFunc: func([]stream.FileKey) ([]*stream.Recording, error) { return nil, err },
		PagesFunc:      func(context.Context, []stream.Query) ([]stream.Page, error) { return nil, err },
	}
}

// Down makes every method of the service fail with err.
func (f *Counter) Down(err error) {
	*f = Counter{
		AddFunc: func([]counter.Addition) ([]int64, error) { return nil, err },
		GetFunc: func(context.Context, []counter.Key) ([]int64, error) { return nil, err },
	}
}

// Down makes every method of the service fail with err.
func (f *Room) Down(err error) {
	*f = Room{
		EnterFunc: func([]room.Entry) ([]struct{}, error) { return nil, err },
		QuitFunc:  func([]room.Exit) ([]struct{}, error) { return nil, err },
		PagesFunc: func([]room.Query) ([]room.Page, error) { return nil, err },
		SizesFunc: func(context.Context, []room.Key) ([]int, error) { return nil, err },
	}
}

// Down makes every method of the service fail with err.
func (f *Signing) Down(err error) {
	*f = Signing{
		PushFunc:        func(string) (signing.PushURL, error) { return signing.PushURL{}, err },
		PlayFunc:        func([]string) ([]signing.PlayURLs, error) { return nil, err },
		UploadFunc:      func() (signing.UploadSign, error) { return signing.UploadSign{}, err },
		VerifyEventFunc: func(signing.EventSign) error { return err },
	}
}
