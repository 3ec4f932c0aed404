package admin

import (
	"net/http"
	"strings"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

// bans answers who is banned now, in the order of user ids, behind ?after=.
func (a *API) bans(r *http.Request) (any, error) {
	query := streams.BanQuery{After: r.URL.Query().Get("after"), Limit: pageSize}
	bans, err := a.actions.Stream.ListBans(r.Context(), query)
	if bans == nil {
		bans = []streams.Ban{}
	}
	return map[string]any{"bans": bans}, err
}

// ban keeps a user from going live, from entering rooms, or from both, until a time. The
// live platform is told once the ban holds.
func (a *API) ban(r *http.Request) (any, error) {
	ban, err := read[streams.Ban](r)
	if err != nil {
		return nil, err
	}
	if err := checkBan(ban, a.audit.now()); err != nil {
		return nil, err
	}
	if err := a.audit.write(r.Context(), entry{What: "ban", User: ban.User, Detail: detailOf(ban)}); err != nil {
		return nil, err
	}
	if err := a.actions.Stream.SetBan(r.Context(), ban); err != nil {
		return nil, err
	}
	if !ban.GoingLive { // the ban before may have been another one
		return a.order(r.Context(), ban.User, a.resume), nil
	}
	return a.order(r.Context(), ban.User, a.forbid(ban)), nil
}

// checkBan refuses a ban that would keep nobody from anything: to the service such a ban means that there is none,
// so a slip of an operator would lift the one before.
func checkBan(ban streams.Ban, now time.Time) error {
	if err := ban.Check(); err != nil {
		return err
	}
	if !ban.GoingLive && !ban.Rooms {
		return apierr.New(apierr.Invalid, "a ban needs going_live, rooms or both")
	}
	if now := now.UnixMilli(); ban.Until <= now {
		return apierr.New(apierr.Invalid, "until must be in the future: it is %d, now is %d, in milliseconds", ban.Until, now)
	}
	return nil
}

// detailOf is what the audit says of a ban.
func detailOf(ban streams.Ban) string {
	var from []string
	if ban.GoingLive {
		from = append(from, "from going live")
	}
	if ban.Rooms {
		from = append(from, "from rooms")
	}
	return strings.Join(from, " and ") + " until " + time.UnixMilli(ban.Until).UTC().Format(time.RFC3339) + ": " + ban.Reason
}

// liftBan takes a ban back, here first, so that what the platform takes is taken here too.
func (a *API) liftBan(r *http.Request) (any, error) {
	asked, err := read[struct {
		User string `json:"user"`
	}](r)
	if err != nil {
		return nil, err
	}
	none := streams.Ban{User: asked.User}
	if err := none.Check(); err != nil {
		return nil, err
	}
	if err := a.audit.write(r.Context(), entry{What: "unban", User: asked.User}); err != nil {
		return nil, err
	}
	if err := a.actions.Stream.SetBan(r.Context(), none); err != nil {
		return nil, err
	}
	return a.order(r.Context(), none.User, a.resume), nil
}
