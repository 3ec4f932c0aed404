package admin

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"xiaozhibo.dev/libs/admin"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

const (
	// auditBookmark is where the journal is kept, with the stream service's bookmarks: so it
	// is in backups, and all gateways have one.
	auditBookmark = "audit"
	// maxAudit is how many entries are kept, the newest ones, and maxAuditBytes how long
	// they may be together.
	maxAudit      = 500
	maxAuditBytes = streams.MaxBookmark * 3 / 4
	// maxDetail bounds the words of one entry, in bytes.
	maxDetail = 1024
	// maxTries is how often an entry is written anew because another gateway wrote one.
	maxTries = 10
)

// entry is one thing that an operator has done, or has begun to do.
type entry struct {
	At     int64  `json:"at"`           // Unix milliseconds
	By     string `json:"by,omitempty"` // the sub of a JWT; "" for the secret
	What   string `json:"what"`         // end, kick, ban, unban, remove, resume, revive; platform: it did not do its part
	User   string `json:"user"`         // whom it concerns
	Detail string `json:"detail,omitempty"`
}

// journal keeps what operators do. An entry is written before its deed, so that no deed
// is without one; a deed that then fails is an entry all the same.
type journal struct {
	kept streams.Duties
	now  func() time.Time
}

// write adds an entry of now, by the operator of ctx. Another gateway may write at the same
// time: then it is read and written anew. Unavailable where that fails again and again.
func (j journal) write(ctx context.Context, e entry) error {
	e.At = j.now().UnixMilli()
	e.By = admin.Caller(ctx)
	e.User, e.Detail = cut(e.User), cut(e.Detail)
	for range maxTries {
		bookmark, entries, err := j.read(ctx)
		if err != nil {
			return err
		}
		bookmark.Value, err = encode(append(entries, e))
		if err != nil {
			return err
		}
		put, err := j.kept.PutBookmark(ctx, bookmark)
		if err != nil || put.Written {
			return err
		}
	}
	return apierr.New(apierr.Unavailable, "the audit journal is being written by others: try again")
}

// read returns the entries, oldest first, and the bookmark that they are in.
func (j journal) read(ctx context.Context) (streams.Bookmark, []entry, error) {
	bookmark, err := j.kept.Bookmark(ctx, auditBookmark)
	bookmark.Name = auditBookmark
	if err != nil || len(bookmark.Value) == 0 {
		return bookmark, nil, err
	}
	var entries []entry
	if err := json.Unmarshal(bookmark.Value, &entries); err != nil {
		return bookmark, nil, apierr.Wrap(apierr.Storage, err, "the audit journal cannot be read")
	}
	return bookmark, entries, nil
}

// encode drops the oldest entries until the others may be kept.
func encode(entries []entry) ([]byte, error) {
	entries = entries[max(0, len(entries)-maxAudit):]
	for {
		encoded, err := json.Marshal(entries)
		if err != nil || len(encoded) <= maxAuditBytes {
			return encoded, err
		}
		entries = entries[(len(entries)+1)/2:]
	}
}

// cut bounds a text, without a part of a character at its end.
func cut(text string) string { return strings.ToValidUTF8(text[:min(len(text), maxDetail)], "") }

// audits answers what operators have done, the newest first.
func (a *API) audits(r *http.Request) (any, error) {
	_, entries, err := a.audit.read(r.Context())
	newest := make([]entry, 0, len(entries))
	for i := range entries {
		newest = append(newest, entries[len(entries)-1-i])
	}
	return map[string]any{"entries": newest}, err
}
