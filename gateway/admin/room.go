package admin

import (
	"context"
	"encoding/json"
	"net/http"
	"net/netip"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// room is one anchor's current session, as clients see it and as it came to be.
type room struct {
	Row     json.RawMessage  `json:"row"` // that of GetUserInfo
	Session *streams.Session `json:"session"`
}

func (a *API) room(r *http.Request) (any, error) {
	user := r.URL.Query().Get("user")
	session, err := a.session(r.Context(), user)
	if err != nil {
		return nil, err
	}
	row, err := a.row(r.Context(), user)
	return room{Row: row, Session: session}, err
}

// session returns the current session of a user, NotFound if there is none.
func (a *API) session(ctx context.Context, user string) (*streams.Session, error) {
	session, err := combine.One(a.actions.Stream.Sessions(ctx, []string{user}))
	if err == nil && session == nil {
		err = apierr.New(apierr.NotFound, "no session of user %q", user)
	}
	return session, err
}

// row returns the row of the user's session as GetUserInfo shows it to clients.
func (a *API) row(ctx context.Context, user string) (json.RawMessage, error) {
	request, err := json.Marshal(map[string]any{"Action": "GetUserInfo", "userid": user, "type": 0})
	if err != nil {
		return nil, err
	}
	var reply struct {
		ReturnValue int             `json:"returnValue"`
		ReturnMsg   string          `json:"returnMsg"`
		ReturnData  json.RawMessage `json:"returnData"`
	}
	if err := json.Unmarshal(a.actions.Read(request).Vouched().Serve(ctx, netip.Prefix{}).Body, &reply); err != nil {
		return nil, err
	}
	if reply.ReturnValue != 0 {
		return nil, apierr.New(apierr.Unavailable, "GetUserInfo: %d %s", reply.ReturnValue, reply.ReturnMsg)
	}
	return reply.ReturnData, nil
}

// kick takes a member out of an anchor's room. A client that enters again is in again:
// a ban keeps it out.
func (a *API) kick(r *http.Request) (any, error) {
	asked, err := read[struct {
		User   string `json:"user"`
		Member string `json:"member"`
	}](r)
	if err != nil {
		return nil, err
	}
	session, err := a.session(r.Context(), asked.User)
	if err != nil {
		return nil, err
	}
	exits := []members.Exit{{Room: action.SessionOf(session), User: asked.Member}}
	err = a.actions.Room.Quit(r.Context(), exits)[0].Err
	return struct{}{}, err
}
