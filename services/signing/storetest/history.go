package storetest

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xiaozhibo.dev/services/signing"
)

func testHistory(t *testing.T, open Open) {
	const hours = 4 // that one run uses
	ledger, reopen := open(t)
	run := int64(0)
	rapid.Check(t, func(t *rapid.T) {
		run++ // a time of its own: runs share the ledger
		begin, swept := run*hours*hour, int64(0)
		moment := rapid.Custom(func(t *rapid.T) int64 { // few seconds of each hour
			return begin + rapid.Int64Range(0, hours-1).Draw(t, "hour")*hour + rapid.Int64Range(0, 8).Draw(t, "second")*400
		})
		user := rapid.SampledFrom([]string{"", "a", "b", "c"})
		var model []signing.Entry
		t.Repeat(map[string]func(*rapid.T){
			"record": func(t *rapid.T) {
				entries := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) signing.Entry {
					return push(user.Draw(t, "user"), max(moment.Draw(t, "issued"), swept))
				}), 1, 5).Draw(t, "entries")
				record(t, ledger, entries...)
				for _, entry := range entries {
					if !slices.ContainsFunc(model, func(e signing.Entry) bool { return same(e, entry) }) {
						model = append(model, entry)
					}
				}
				slices.SortStableFunc(model, byTime)
			},
			"list": func(t *rapid.T) {
				query := signing.Query{
					User: user.Draw(t, "user"), Limit: rapid.IntRange(0, 5).Draw(t, "limit"),
					From: moment.Draw(t, "from"), Until: moment.Draw(t, "until"),
				}
				wantList(t, ledger, query, matching(model, query)...)
			},
			"sweep": func(t *rapid.T) {
				before := moment.Draw(t, "before")
				sweep(t, ledger, before)
				swept = max(swept, signing.Hour(before)) // nothing is recorded so late
				model = slices.DeleteFunc(model, func(e signing.Entry) bool { return e.Issued < signing.Hour(before) })
			},
			"reopen": func(t *rapid.T) {
				if rapid.IntRange(0, 9).Draw(t, "rarely") == 0 {
					ledger = reopen()
				}
			},
			"": func(t *rapid.T) { wantList(t, ledger, signing.Query{From: begin}, model...) },
		})
	})
}

// byTime orders entries of one second by user: stores differ in that, and callers
// must not depend on it.
func byTime(a, b signing.Entry) int {
	return cmp.Or(cmp.Compare(a.Issued, b.Issued), cmp.Compare(a.User, b.User))
}

// same reports whether two entries are one to a ledger.
func same(a, b signing.Entry) bool {
	return a.Kind == b.Kind && a.User == b.User && signing.Hour(a.Issued) == signing.Hour(b.Issued)
}

// matching is what a query should find, in the order of the model.
func matching(model []signing.Entry, query signing.Query) (found []signing.Entry) {
	for _, e := range model {
		if e.Issued >= query.From && e.Issued < query.Until && (query.User == "" || e.User == query.User) {
			found = append(found, e)
		}
	}
	if query.Limit > 0 && len(found) > query.Limit {
		return found[:query.Limit]
	}
	return found
}
