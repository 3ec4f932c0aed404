package streams

import (
	"context"

	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/rpc"
)

// Stories implements Service.
func (r *Remote) Stories(ctx context.Context, keys []StoryKey) []combine.Result[*Story] {
	return r.stories.Do(ctx, keys)
}

// Summaries implements Service.
func (r *Remote) Summaries(ctx context.Context, query SummaryQuery) (SummaryPage, error) {
	return rpc.Call[SummaryPage](ctx, r.client, methodSummaries, query)
}

// Changes implements Service.
func (r *Remote) Changes(ctx context.Context, query ChangeQuery) (ChangePage, error) {
	return rpc.Call[ChangePage](ctx, r.client, methodChanges, query)
}

// Lease implements Service.
func (r *Remote) Lease(ctx context.Context, request LeaseRequest) (LeaseState, error) {
	return rpc.Call[LeaseState](ctx, r.client, methodLease, request)
}

// Bookmark implements Service.
func (r *Remote) Bookmark(ctx context.Context, name string) (Bookmark, error) {
	return rpc.Call[Bookmark](ctx, r.client, methodBookmark, name)
}

// PutBookmark implements Service.
func (r *Remote) PutBookmark(ctx context.Context, bookmark Bookmark) (BookmarkPut, error) {
	return rpc.Call[BookmarkPut](ctx, r.client, methodPutBookmark, bookmark)
}

// Confirm implements Service.
func (r *Remote) Confirm(ctx context.Context, sighting Sighting) (Verdict, error) {
	return rpc.Call[Verdict](ctx, r.client, methodConfirm, sighting)
}

// Deny implements Service.
func (r *Remote) Deny(ctx context.Context, sighting Sighting) (Verdict, error) {
	return rpc.Call[Verdict](ctx, r.client, methodDeny, sighting)
}

// End implements Service.
func (r *Remote) End(ctx context.Context, ending Ending) (Verdict, error) {
	return rpc.Call[Verdict](ctx, r.client, methodEnd, ending)
}

// RemoveFiles implements Service.
func (r *Remote) RemoveFiles(ctx context.Context, files []string) (Verdict, error) {
	return rpc.Call[Verdict](ctx, r.client, methodRemoveFiles, files)
}

// SetBan implements Service.
func (r *Remote) SetBan(ctx context.Context, ban Ban) error {
	_, err := rpc.Call[struct{}](ctx, r.client, methodSetBan, ban)
	return err
}

// Bans implements Service.
func (r *Remote) Bans(ctx context.Context, users []string) []combine.Result[*Ban] {
	return r.bans.Do(ctx, users)
}

// ListBans implements Service.
func (r *Remote) ListBans(ctx context.Context, query BanQuery) ([]Ban, error) {
	return rpc.Call[[]Ban](ctx, r.client, methodListBans, query)
}
