package boltstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/combine"
)

// Pages implements room.Store. All its pages are of one moment. It never waits for a
// write.
func (s *Store) Pages(_ context.Context, queries []members.Query) []combine.Result[members.Page] {
	now := s.now()
	pages := make([]combine.Result[members.Page], len(queries))
	err := s.file.Read(func(tx *bbolt.Tx, st *state) error {
		members := tx.Bucket(memberBucket)
		for i, q := range queries {
			pages[i].Value = page(members, st, q, now)
		}
		return nil
	})
	if err != nil {
		return combine.Fail[members.Page](len(queries), err)
	}
	return pages
}

// page cuts one page out of a room. Order and users come from memory, texts from the file.
// An offset past the end gives no members and still the total.
func page(query *bbolt.Bucket, st *state, q members.Query, now time.Time) members.Page {
	page := members.Page{Members: []members.Member{}}
	m := st.members(q.Room)
	if m == nil {
		return page
	}
	m = m.present(now) // without those whose time is up, in the order of the list
	page.Total = m.ordered.Len()
	first, ok := m.ordered.GetAt(q.Offset)
	if !ok || q.Limit == 0 {
		return page
	}
	rows := min(q.Limit, page.Total-q.Offset) // so a huge limit allocates no huge slice
	page.Members = make([]members.Member, 0, rows)
	records := walk{cursor: query.Cursor(), key: memberKey(q.Room.Name, q.Room.Session, 0)}
	var texts copied
	texts.Grow(rows * usualTexts)
	m.ordered.Ascend(first, func(one *member) bool {
		r := records.at(one.Place)
		page.Members = append(page.Members, members.Member{User: one.user, Nickname: texts.copy(r.nickname), HeadPic: texts.copy(r.headPic)})
		return len(page.Members) < rows
	})
	return page
}

// usualTexts is about how many bytes the texts of a member have.
const usualTexts = 64

// copied is the memory that the texts of a page share, one allocation for most pages.
// Texts in the file may not be kept beyond the transaction.
type copied struct{ strings.Builder }

// copy returns a text of its own. It is a part of the builder's memory, so it costs no
// allocation where that has room.
func (c *copied) copy(text []byte) string {
	begin := c.Len()
	c.Write(text)
	return c.String()[begin:]
}

// walk reads records of one room. Members who stand side by side on a page mostly do so in
// the file, where a step costs less than a search.
type walk struct {
	cursor *bbolt.Cursor
	key    []byte // of the place that was read last
	place  uint64
}

// at returns the record of a place. Where it is damaged or missing, the texts are empty:
// the member is still shown, and the page does not fail.
func (w *walk) at(place uint64) record {
	step := w.cursor.Next
	if place < w.place {
		step = w.cursor.Prev
	}
	w.place = place
	binary.BigEndian.PutUint64(w.key[len(w.key)-placeSize:], place)
	key, raw := step()
	if !bytes.Equal(key, w.key) {
		key, raw = w.cursor.Seek(w.key)
	}
	if !bytes.Equal(key, w.key) {
		return record{}
	}
	return readable(raw)
}

// readable returns a record, or an empty one if it is damaged.
func readable(raw []byte) record {
	r, err := decode(raw)
	if err != nil {
		return record{}
	}
	return r
}
