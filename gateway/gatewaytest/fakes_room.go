package gatewaytest

import (
	"context"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/combine"
)

// Room is a members.Service.
type Room struct {
	EnterFunc func([]members.Entry) error
	QuitFunc  func([]members.Exit) error
	PagesFunc func([]members.Query) ([]members.Page, error)
	SizesFunc func(context.Context, []members.Key) ([]int, error)

	HearFunc      func([]members.Presence) ([]members.Verdict, error)
	AudiencesFunc func([]members.Key) ([]members.Audience, error)
}

// Enter implements members.Service.
func (f *Room) Enter(_ context.Context, entries []members.Entry) []combine.Written {
	return combine.Fail[struct{}](len(entries), f.EnterFunc(entries))
}

// Quit implements members.Service.
func (f *Room) Quit(_ context.Context, exits []members.Exit) []combine.Written {
	return combine.Fail[struct{}](len(exits), f.QuitFunc(exits))
}

// Hear implements members.Service.
func (f *Room) Hear(_ context.Context, presences []members.Presence) []combine.Result[members.Verdict] {
	values, err := f.HearFunc(presences)
	return results(len(presences), values, err)
}

// Pages implements members.Service.
func (f *Room) Pages(_ context.Context, queries []members.Query) []combine.Result[members.Page] {
	values, err := f.PagesFunc(queries)
	return results(len(queries), values, err)
}

// Sizes implements members.Service.
func (f *Room) Sizes(ctx context.Context, rooms []members.Key) []combine.Result[int] {
	values, err := f.SizesFunc(ctx, rooms)
	return results(len(rooms), values, err)
}

// Audiences implements members.Service.
func (f *Room) Audiences(_ context.Context, keys []members.Key) []combine.Result[members.Audience] {
	values, err := f.AudiencesFunc(keys)
	return results(len(keys), values, err)
}
