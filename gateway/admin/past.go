package admin

import (
	"net/http"
	"strconv"

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
	if page.Summaries == nil {
		page.Summaries = []streams.Summary{}
	}
	return page, err
}
