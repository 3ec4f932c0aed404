package admin

import (
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"strconv"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// room is a session as clients see it and as it came to be.
type room struct {
	Row   json.RawMessage `json:"row,omitempty"` // that of GetUserInfo; only of the current session
	Story *streams.Story  `json:"story"`
}

// room answers one session of a user: ?user= and, for an earlier one, ?session=.
func (a *API) room(r *http.Request) (any, error) {
	query := r.URL.Query()
	key := streams.StoryKey{User: query.Get("user")}
	if text := query.Get("session"); text != "" {
		number, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, apierr.New(apierr.Invalid, "session must be a number")
		}
		key.Session = number
	}
	story, err := combine.One(a.actions.Stream.Stories(r.Context(), []streams.StoryKey{key}))
	if err != nil {
		return nil, err
	}
	if story == nil {
		return nil, apierr.New(apierr.NotFound, "no session of user %q is known", key.User)
	}
	found := room{Story: story}
	if story.Current {
		found.Row, err = a.row(r.Context(), key.User)
	}
	return found, err
}

// row returns the row of the user's session as GetUserInfo shows it to clients. It goes through the Action itself, so that an
// operator sees what a client would, an error included.
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

// end ends the current session of a user, and its push. The anchor can go on with it: a ban
// prevents that.
func (a *API) end(r *http.Request) (any, error) {
	asked, err := read[struct {
		User    string `json:"user"`
		Session int64  `json:"session"` // 0: whichever it is
		Reason  string `json:"reason"`
	}](r)
	if err != nil {
		return nil, err
	}
	ending := streams.Ending{User: asked.User, Session: asked.Session, Source: streams.Operator}
	if err := ending.Check(); err != nil {
		return nil, err
	}
	if err := a.audit.write(r.Context(), entry{What: "end", User: asked.User, Detail: asked.Reason}); err != nil {
		return nil, err
	}
	verdict, err := a.actions.Stream.End(r.Context(), ending)
	if err == nil && verdict == streams.Unknown {
		err = apierr.New(apierr.NotFound, "no such session of user %q", asked.User)
	}
	if err != nil {
		return nil, err
	}
	answer := struct {
		Verdict streams.Verdict `json:"verdict"`
		onPlatform
	}{Verdict: verdict, onPlatform: onPlatform{Outcome: platformOff}}
	if verdict != streams.Late { // else another session is on, and its push goes on
		answer.onPlatform = a.order(r.Context(), asked.User, a.drop)
	}
	return answer, nil
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
	session, err := combine.One(a.actions.Stream.Sessions(r.Context(), []string{asked.User}))
	if err != nil {
		return nil, err
	}
	if session == nil {
		return nil, apierr.New(apierr.NotFound, "no session of user %q", asked.User)
	}
	exit := members.Exit{Room: action.SessionOf(session), User: asked.Member}
	if err := exit.Check(); err != nil {
		return nil, err
	}
	if err := a.audit.write(r.Context(), entry{What: "kick", User: asked.Member, Detail: "from the room of " + asked.User}); err != nil {
		return nil, err
	}
	return combine.One(a.actions.Room.Quit(r.Context(), []members.Exit{exit}))
}

// removeRecording takes a recording out of the list, with all its files. The platform
// keeps them: it is asked elsewhere to delete them.
func (a *API) removeRecording(r *http.Request) (any, error) {
	asked, err := read[struct {
		User string `json:"user"`
		File string `json:"file"`
	}](r)
	if err != nil {
		return nil, err
	}
	key := streams.FileKey{User: asked.User, FileID: asked.File}
	recording, err := combine.One(a.actions.Stream.Recordings(r.Context(), []streams.FileKey{key}))
	if err != nil {
		return nil, err
	}
	if recording == nil {
		return nil, apierr.New(apierr.NotFound, "no recording %q of user %q", asked.File, asked.User)
	}
	if err := a.audit.write(r.Context(), entry{What: "remove", User: asked.User, Detail: "recording " + recording.FileID}); err != nil {
		return nil, err
	}
	verdict, err := a.actions.Stream.RemoveFiles(r.Context(), []string{recording.FileID})
	return map[string]any{"verdict": verdict}, err
}
