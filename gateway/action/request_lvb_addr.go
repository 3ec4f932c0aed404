package action

import (
	"context"

	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

type pushAddress struct {
	pushURL   string
	timestamp int64 // seconds; clients require it
}

func (p pushAddress) AppendJSON(dst []byte) []byte {
	dst = envelope.AppendText(dst, `{"pushurl":`, p.pushURL)
	dst = envelope.AppendInt(dst, `,"timestamp":`, p.timestamp)
	return append(dst, '}')
}

// requestLVBAddr opens a session. The stream service's Open is the only write:
// likes and viewers of a new session begin at nothing by themselves.
func requestLVBAddr(ctx context.Context, a *Actions, fields *envelope.Fields) ([]byte, error) {
	opening := streams.Opening{
		User:    fields.UserID("userid"),
		Group:   fields.ID("groupid"),
		Title:   fields.RequiredText("title", envelope.MaxText),
		Profile: readProfile(fields.Object("userinfo")),
	}
	if err := fields.Err(); err != nil {
		return nil, err
	}
	push, err := a.Signing.Push(ctx, opening.User)
	if err != nil {
		return nil, err
	}
	opening.StreamID = push.StreamID
	opened, err := a.open(ctx, opening)
	if err != nil {
		return nil, err
	}
	return envelope.Success(pushAddress{push.URL, opened.Session.Timestamp}), nil
}

// open opens a session for a user without a room only as long as the client's address
// may: nobody fills the store with made-up users.
func (a *Actions) open(ctx context.Context, opening streams.Opening) (streams.Opened, error) {
	address := addressOf(ctx)
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

// knownBefore reports whether the user had a room: after TooMany too, which is said
// of a user's own sessions. After any other error nobody knows.
func knownBefore(opened streams.Opened, err error) bool {
	if err != nil {
		return apierr.CodeOf(err) == apierr.TooMany
	}
	return !opened.New
}

func readProfile(fields *envelope.Fields) streams.Profile {
	return streams.Profile{
		Nickname:   fields.Text("nickname", envelope.MaxText),
		HeadPic:    fields.Text("headpic", envelope.MaxURL),
		FrontCover: fields.Text("frontcover", envelope.MaxURL),
		Location:   fields.Text("location", envelope.MaxText),
		Desc:       fields.Text("desc", envelope.MaxText),
	}
}
