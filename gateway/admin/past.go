package admin

import (
	"context"
	"net/http"
	"strconv"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

// pageSize is how many summaries or bans one answer has at most.
const pageSize = 200

// summaries answers sessions that have ended, the latest end first: ?user= (all), ?from=
// and ?to= in Unix milliseconds, and, to go on behind the last row of a page, its ended,
// user and session as ?after_ended=, ?after_user= and ?after_session=.
func (a *API) summaries(r *http.Request) (any, error) {
	query := streams.SummaryQuery{User: r.URL.Query().Get("user"), Limit: pageSize}
	query.After.User = r.URL.Query().Get("after_user")
	for name, number := range map[string]*int64{
		"from": &query.From, "to": &query.To, "after_ended": &query.After.Ended, "after_session": &query.After.Session,
	} {
		text := r.URL.Query().Get(name)
		if text == "" {
			continue
		}
		value, err := strconv.ParseInt(text, 10, 64)
		if err != nil || value < 0 {
			return nil, apierr.New(apierr.Invalid, "%s must be a number of at least 0", name)
		}
		*number = value
	}
	page, err := a.actions.Stream.Summaries(r.Context(), query)
	if err != nil {
		return nil, err
	}
	answer := struct {
		Summaries []summary `json:"summaries"`
		More      bool      `json:"more"`
	}{a.withAudiences(r.Context(), page.Summaries), page.More}
	return answer, nil
}

// summary is a session that has ended, with its audience.
type summary struct {
	streams.Summary
	members.Audience
}

// withAudiences adds how many watched. A number that cannot be had is 0, as in lists: the
// room service keeps those of the last sessions of each anchor for a time.
func (a *API) withAudiences(ctx context.Context, found []streams.Summary) []summary {
	keys := make([]members.Key, len(found))
	for i, s := range found {
		keys[i] = action.SessionOf(&streams.Session{User: s.User, Number: s.Session})
	}
	all := make([]summary, len(found))
	for i, audience := range a.actions.Room.Audiences(ctx, keys) {
		all[i] = summary{found[i], audience.Value}
		if audience.Err != nil {
			a.log.WarnContext(ctx, "an audience could not be had", "user", found[i].User, "session", found[i].Session, "err", audience.Err)
		}
	}
	return all
}
