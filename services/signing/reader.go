package signing

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// How many entries one request reads: an answer is made in memory.
const (
	defaultLimit = 1000
	maxLimit     = 10_000
)

// Reader tells operators what was issued to whom, and when. Each entry is a line of JSON, in
// the order of issue. The parameters user, from, until and limit select; from is
// inclusive, until is not, both are Unix seconds or RFC 3339. For more entries than
// limit, ask again from the time of the last one. The handler has no authentication: it
// belongs on a private listener.
func Reader(ledger Ledger, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query, err := parseQuery(r.URL.RawQuery)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		entries, err := ledger.List(r.Context(), query)
		if err != nil {
			log.Error("the ledger cannot be read", "err", err)
			http.Error(w, "the ledger cannot be read: the log says why", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/x-ndjson; charset=utf-8")
		buffered := bufio.NewWriter(w)
		lines := json.NewEncoder(buffered)
		lines.SetEscapeHTML(false)
		for i := range entries {
			if err := lines.Encode(&entries[i]); err != nil {
				return // the client has left
			}
		}
		_ = buffered.Flush() // the same
	})
}

// parseQuery reads the parameters. One that is misspelt is an error.
func parseQuery(raw string) (query Query, err error) {
	query.Limit = defaultLimit
	given, err := url.ParseQuery(raw)
	if err != nil {
		return query, fmt.Errorf("the query cannot be read: %w", err)
	}
	for name, values := range given {
		if err := query.set(name, values[len(values)-1]); err != nil { // given twice, the last is meant
			return query, fmt.Errorf("%q: %w", name, err)
		}
	}
	return query, nil
}

// set takes one parameter.
func (q *Query) set(name, value string) (err error) {
	switch name {
	case "user":
		q.User = value
	case "from":
		q.From, err = parseTime(value)
	case "until":
		q.Until, err = parseTime(value)
	case "limit":
		if q.Limit, err = strconv.Atoi(value); err != nil || q.Limit < 1 || q.Limit > maxLimit {
			err = fmt.Errorf("must be 1 to %d", maxLimit)
		}
	default: // rather than the entries of all users for a parameter that was misspelt
		err = errors.New("unknown: there are user, from, until and limit")
	}
	return err
}

// parseTime reads RFC 3339 or Unix seconds.
func parseTime(text string) (unix int64, err error) {
	if unix, err = strconv.ParseInt(text, 10, 64); err == nil {
		return unix, nil
	}
	moment, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0, errors.New("must be Unix seconds, or a time such as 2006-01-02T15:04:05Z")
	}
	return moment.Unix(), nil
}
