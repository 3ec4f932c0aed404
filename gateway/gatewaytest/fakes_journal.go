package gatewaytest

import (
	"context"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
)

// Stories implements streams.Service.
func (f *Stream) Stories(_ context.Context, keys []streams.StoryKey) []combine.Result[*streams.Story] {
	values, err := f.StoriesFunc(keys)
	return results(len(keys), values, err)
}

// Summaries implements streams.Service.
func (f *Stream) Summaries(_ context.Context, query streams.SummaryQuery) (streams.SummaryPage, error) {
	return f.SummariesFunc(query)
}

// Changes implements streams.Service.
func (f *Stream) Changes(_ context.Context, query streams.ChangeQuery) (streams.ChangePage, error) {
	return f.ChangesFunc(query)
}

// Lease implements streams.Service.
func (f *Stream) Lease(_ context.Context, request streams.LeaseRequest) (streams.LeaseState, error) {
	return f.LeaseFunc(request)
}

// Bookmark implements streams.Service.
func (f *Stream) Bookmark(_ context.Context, name string) (streams.Bookmark, error) {
	return f.BookmarkFunc(name)
}

// PutBookmark implements streams.Service.
func (f *Stream) PutBookmark(_ context.Context, bookmark streams.Bookmark) (streams.BookmarkPut, error) {
	return f.PutBookmarkFunc(bookmark)
}

// Confirm implements streams.Service.
func (f *Stream) Confirm(_ context.Context, sighting streams.Sighting) (streams.Verdict, error) {
	return f.ConfirmFunc(sighting)
}

// Deny implements streams.Service.
func (f *Stream) Deny(_ context.Context, sighting streams.Sighting) (streams.Verdict, error) {
	return f.DenyFunc(sighting)
}

// End implements streams.Service.
func (f *Stream) End(_ context.Context, ending streams.Ending) (streams.Verdict, error) {
	return f.EndFunc(ending)
}

// RemoveFiles implements streams.Service.
func (f *Stream) RemoveFiles(_ context.Context, files []string) (streams.Verdict, error) {
	return f.RemoveFilesFunc(files)
}

// ListBans implements streams.Service.
func (f *Stream) ListBans(_ context.Context, query streams.BanQuery) ([]streams.Ban, error) {
	return f.ListBansFunc(query)
}

// SetBan implements streams.Service.
func (f *Stream) SetBan(_ context.Context, ban streams.Ban) error { return f.SetBanFunc(ban) }

// Bans implements streams.Service.
func (f *Stream) Bans(_ context.Context, users []string) []combine.Result[*streams.Ban] {
	values, err := f.BansFunc(users)
	return results(len(users), values, err)
}
