package signatures

import (
	"context"

	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/rpc"
)

// The names that callers and the service meet under. A change of one breaks a gateway of the version
// before.
const (
	methodPush        = "signing.Push"
	methodPlay        = "signing.Play"
	methodUpload      = "signing.Upload"
	methodVerifyEvent = "signing.VerifyEvent"
)

// Methods serves s to other processes. Play alone is a batch, because a page of FetchList signs URLs of
// every row.
func Methods(s Service) []rpc.Method {
	return []rpc.Method{
		rpc.Handle(methodPush, s.Push),
		rpc.HandleBatch(methodPlay, s.Play),
		rpc.Handle(methodUpload, func(ctx context.Context, _ struct{}) (UploadSign, error) {
			return s.Upload(ctx)
		}),
		rpc.Handle(methodVerifyEvent, func(ctx context.Context, sign EventSign) (struct{}, error) {
			return struct{}{}, s.VerifyEvent(ctx, sign)
		}),
	}
}

// Remote is a Service in another process. Concurrent calls of Play travel
// together.
type Remote struct {
	client *rpc.Client
	play   rpc.Batch[string, PlayURLs]
}

var _ Service = (*Remote)(nil)

// Dial returns the service behind client. Close it when done.
func Dial(client *rpc.Client) *Remote {
	return &Remote{
		client: client,
		play:   rpc.NewReads[string, PlayURLs](client, methodPlay),
	}
}

// Push implements Service.
func (r *Remote) Push(ctx context.Context, user string) (PushURL, error) {
	if err := CheckUser(user); err != nil { // before JSON repairs it
		return PushURL{}, err
	}
	return rpc.Call[PushURL](ctx, r.client, methodPush, user)
}

// Play implements Service.
func (r *Remote) Play(ctx context.Context, streamIDs []string) []combine.Result[PlayURLs] {
	return combine.Sorted(streamIDs, CheckStreamID, func(ids []string) []combine.Result[PlayURLs] {
		return r.play.Do(ctx, ids)
	})
}

// Upload implements Service.
func (r *Remote) Upload(ctx context.Context) (UploadSign, error) {
	return rpc.Call[UploadSign](ctx, r.client, methodUpload, struct{}{})
}

// VerifyEvent implements Service.
func (r *Remote) VerifyEvent(ctx context.Context, sign EventSign) error {
	_, err := rpc.Call[struct{}](ctx, r.client, methodVerifyEvent, sign)
	return err
}

// Close ends the batching after the calls it has accepted.
func (r *Remote) Close() { r.play.Close() }
