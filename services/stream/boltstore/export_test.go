package boltstore

import "cmp"

// PageOfListing puts rows that leave at the times in leaves into a listing, in the
// order of their places, and returns a page: its rows' places.
func PageOfListing(leaves []int64, last int64, offset, limit int) (total int, places []int) {
	type row struct {
		place int
		at    int64
	}
	l := newListing(func(a, b row) int { return cmp.Compare(a.place, b.place) }, func(r row) int64 { return r.at })
	for place, at := range leaves {
		l.put(row{place, at})
	}
	total, rows := l.page(last, offset, limit)
	for _, r := range rows {
		places = append(places, r.place)
	}
	return total, places
}

// EncodeCurrent and DecodeCurrent are how a current session is kept.
var (
	EncodeCurrent = encodeCurrent
	DecodeCurrent = decodeCurrent
)
