package streams

import (
	"context"
	"errors"

	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/rpc"
)

// The names that callers and the service meet under. A change of one breaks a gateway of the
// version before. What a method takes and returns may grow by fields that older versions ignore.
const (
	methodOpen       = "stream.Open"
	methodSetStatus  = "stream.SetStatus"
	methodApplyPush  = "stream.ApplyPush"
	methodAddFile    = "stream.AddFile"
	methodSessions   = "stream.Sessions"
	methodFences     = "stream.Fences"
	methodRecordings = "stream.Recordings"
	methodPages      = "stream.Pages"

	methodStories     = "stream.Stories"
	methodSummaries   = "stream.Summaries"
	methodChanges     = "stream.Changes"
	methodLease       = "stream.Lease"
	methodBookmark    = "stream.Bookmark"
	methodPutBookmark = "stream.PutBookmark"
	methodConfirm     = "stream.Confirm"
	methodDeny        = "stream.Deny"
	methodEnd         = "stream.End"
	methodRemoveFiles = "stream.RemoveFiles"
	methodSetBan      = "stream.SetBan"
	methodBans        = "stream.Bans"
	methodListBans    = "stream.ListBans"
)

// Methods serves s to other processes.
func Methods(s Service) []rpc.Method {
	return []rpc.Method{
		rpc.Handle(methodOpen, s.Open),
		rpc.Handle(methodSetStatus, func(ctx context.Context, status Status) (struct{}, error) {
			return struct{}{}, s.SetStatus(ctx, status)
		}),
		rpc.Handle(methodApplyPush, s.ApplyPush),
		rpc.Handle(methodAddFile, s.AddFile),
		rpc.HandleBatch(methodSessions, s.Sessions),
		rpc.HandleBatch(methodFences, s.Fences),
		rpc.HandleBatch(methodRecordings, s.Recordings),
		rpc.HandleBatch(methodPages, s.Pages),
		rpc.HandleBatch(methodStories, s.Stories),
		rpc.Handle(methodSummaries, s.Summaries),
		rpc.Handle(methodChanges, s.Changes),
		rpc.Handle(methodLease, s.Lease),
		rpc.Handle(methodBookmark, s.Bookmark),
		rpc.Handle(methodPutBookmark, s.PutBookmark),
		rpc.Handle(methodConfirm, s.Confirm),
		rpc.Handle(methodDeny, s.Deny),
		rpc.Handle(methodEnd, s.End),
		rpc.Handle(methodRemoveFiles, s.RemoveFiles),
		rpc.Handle(methodSetBan, func(ctx context.Context, ban Ban) (struct{}, error) {
			return struct{}{}, s.SetBan(ctx, ban)
		}),
		rpc.HandleBatch(methodBans, s.Bans),
		rpc.Handle(methodListBans, s.ListBans),
	}
}

// Remote is a Service in another process. Concurrent reads travel together. Writes travel alone, and are combined by the store at the other end. It is safe for concurrent use.
type Remote struct {
	client     *rpc.Client
	sessions   rpc.Batch[string, *Session]
	fences     rpc.Batch[string, Fence]
	recordings rpc.Batch[FileKey, *Recording]
	pages      rpc.Batch[Query, Page]
	stories    rpc.Batch[StoryKey, *Story]
	bans       rpc.Batch[string, *Ban]
}

var _ Service = (*Remote)(nil)

// Dial returns the service behind client. Close it when done.
func Dial(client *rpc.Client) *Remote {
	return &Remote{
		client:     client,
		sessions:   rpc.NewReads[string, *Session](client, methodSessions),
		fences:     rpc.NewReads[string, Fence](client, methodFences),
		recordings: rpc.NewReads[FileKey, *Recording](client, methodRecordings),
		pages:      rpc.NewReads[Query, Page](client, methodPages),
		stories:    rpc.NewReads[StoryKey, *Story](client, methodStories),
		bans:       rpc.NewReads[string, *Ban](client, methodBans),
	}
}

// Open implements Service.
func (r *Remote) Open(ctx context.Context, opening Opening) (Opened, error) {
	return rpc.Call[Opened](ctx, r.client, methodOpen, opening)
}

// SetStatus implements Service.
func (r *Remote) SetStatus(ctx context.Context, status Status) error {
	_, err := rpc.Call[struct{}](ctx, r.client, methodSetStatus, status)
	return err
}

// ApplyPush implements Service.
func (r *Remote) ApplyPush(ctx context.Context, push Push) (Verdict, error) {
	return rpc.Call[Verdict](ctx, r.client, methodApplyPush, push)
}

// AddFile implements Service.
func (r *Remote) AddFile(ctx context.Context, file File) (Verdict, error) {
	return rpc.Call[Verdict](ctx, r.client, methodAddFile, file)
}

// Sessions implements Service.
func (r *Remote) Sessions(ctx context.Context, users []string) []combine.Result[*Session] {
	return r.sessions.Do(ctx, users)
}

// Fences implements Service.
func (r *Remote) Fences(ctx context.Context, users []string) []combine.Result[Fence] {
	fences := r.fences.Do(ctx, users)
	if errors.Is(combine.Whole(fences), rpc.ErrUnknownMethod) { // by a copy of 0.1.0, during an upgrade
		return FencesOf(r.sessions.Do(ctx, users))
	}
	return fences
}

// Recordings implements Service.
func (r *Remote) Recordings(ctx context.Context, keys []FileKey) []combine.Result[*Recording] {
	return r.recordings.Do(ctx, keys)
}

// Pages implements Service.
func (r *Remote) Pages(ctx context.Context, queries []Query) []combine.Result[Page] {
	return r.pages.Do(ctx, queries)
}

// Close ends the batching after the calls it has accepted.
func (r *Remote) Close() {
	r.sessions.Close()
	r.fences.Close()
	r.recordings.Close()
	r.pages.Close()
	r.stories.Close()
	r.bans.Close()
}
