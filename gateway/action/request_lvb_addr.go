package action

import (
	"context"
	"net/netip"

	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/gateway/fairuse"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

// pushAddress is the returnData of RequestLVBAddr. pushURL is a secret of the anchor and
// belongs in no log.
type pushAddress struct {
	pushURL   string
	timestamp int64 // seconds; clients require it
}

// AppendJSON implements envelope.Data.
func (p pushAddress) AppendJSON(dst []byte) []byte {
	dst = envelope.AppendText(dst, `{"pushurl":`, p.pushURL)
	dst = envelope.AppendInt(dst, `,"timestamp":`, p.timestamp)
	return append(dst, '}')
}

// requestLVBAddr opens a session and returns where to push. The push URL comes first,
// because a session needs its stream id. Likes and viewers of the new session need no
// write: its number is higher than that of the session before, and fences off what was
// kept under that. TooMany over a limit.
func requestLVBAddr(ctx context.Context, a *Actions, fields input) (*Body, error) {
	opening := streams.Opening{
		User:    fields.UserID("userid"),
		Group:   fields.ID("groupid"),
		Title:   fields.RequiredText("title", envelope.MaxText),
		Profile: readProfile(fields.Object("userinfo")),
	}
	if err := fields.Err(); err != nil {
		return nil, err
	}
	if err := a.FairUse.Change(ctx, fields.from, fairuse.Change{Opening: opening}); err != nil {
		return nil, err
	}
	push, err := a.Signing.Push(ctx, opening.User)
	if err != nil {
		return nil, err
	}
	opening.StreamID = push.StreamID
	opened, err := a.open(ctx, fields.from.Address, opening)
	if err != nil {
		return nil, err
	}
	return success(pushAddress{push.URL, opened.Session.Timestamp}), nil
}

// open opens the session. A user without one costs its client's address a token of
// NewAnchors, so that nobody fills the store with made-up users. The token is taken before
// the user is known, and returned if the user had a session. An address without a token
// may still open sessions of known users; TooMany for others.
func (a *Actions) open(ctx context.Context, address netip.Prefix, opening streams.Opening) (streams.Opened, error) {
	if !address.IsValid() {
		return a.Stream.Open(ctx, opening)
	}
	opening.KnownOnly = !a.NewAnchors.Take(address)
	opened, err := a.Stream.Open(ctx, opening)
	if !opening.KnownOnly && knownBefore(opened, err) {
		a.NewAnchors.Return(address)
	}
	return opened, err
}

// knownBefore reports whether the user certainly had a session. TooMany says so as well:
// with a token left it means a limit of that user. After any other error it is not known,
// and the token stays taken.
func knownBefore(opened streams.Opened, err error) bool {
	if err != nil {
		return apierr.CodeOf(err) == apierr.TooMany
	}
	return !opened.New
}

// readProfile reads userinfo. Every field may be missing, and userinfo too.
func readProfile(fields *envelope.Fields) streams.Profile {
	return streams.Profile{
		Nickname:   fields.Text("nickname", envelope.MaxText),
		HeadPic:    fields.Text("headpic", envelope.MaxURL),
		FrontCover: fields.Text("frontcover", envelope.MaxURL),
		Location:   fields.Text("location", envelope.MaxText),
		Desc:       fields.Text("desc", envelope.MaxText),
	}
}
