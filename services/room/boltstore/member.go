package boltstore

import (
	"bytes"
	"cmp"
	"encoding/json"
	"sort"
	"time"

	"github.com/tidwall/btree"

	"xiaozhibo.dev/services/room"
)

// member is one member in memory, without his texts: they would be most of a big
// room, and only those of the rows of a page are ever needed.
type member struct {
	user  string
	due   int64  // Unix milliseconds; not a member from then on
	place uint64 // grows with every member who joins
	level int32
}

// texts are what a member shows of himself.
type texts struct {
	Nickname string `json:"n,omitempty"`
	HeadPic  string `json:"h,omitempty"`
}

// record is a member in the file; his user id is in the key.
type record struct {
	texts
	Seen  int64  `json:"s"` // when he last entered, Unix milliseconds
	Place uint64 `json:"p"`
	Level int32  `json:"l,omitempty"`
}

func (m *member) encode(shown texts, ttl time.Duration) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // the & of a URL would take six bytes
	err := encoder.Encode(record{shown, m.due - ttl.Milliseconds(), m.place, m.level})
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), err
}

// decodeMember gives him the time to live of today, not of the day he entered.
func decodeMember(user string, raw []byte, ttl time.Duration) (*member, error) {
	var r record
	if err := json.Unmarshal(raw, &r); err != nil {
		return nil, err
	}
	return &member{user: user, due: r.Seen + ttl.Milliseconds(), place: r.Place, level: r.Level}, nil
}

// members is one room under one session. Once a batch is committed it never
// changes again.
type memberSet struct {
	session int64
	next    uint64 // place of the next who joins
	byUser  *btree.BTreeG[*member]
	ordered *btree.BTreeG[*member]
	byDue   *btree.BTreeG[*member]
	seen    view
}

func newMembers(session int64, order room.Order) *memberSet {
	return &memberSet{
		session: session,
		byUser:  newTree(func(a, b *member) bool { return a.user < b.user }),
		ordered: newTree(less(order)),
		byDue: newTree(func(a, b *member) bool {
			return cmp.Or(cmp.Compare(a.due, b.due), cmp.Compare(a.place, b.place)) < 0
		}),
	}
}

func newTree(less func(a, b *member) bool) *btree.BTreeG[*member] {
	// No locks: one writer owns a clone, readers have only committed trees.
	return btree.NewBTreeGOptions(less, btree.Options{NoLocks: true, Degree: 16})
}

func less(order room.Order) func(a, b *member) bool {
	switch order {
	case room.Newest:
		return func(a, b *member) bool { return a.place > b.place }
	case room.ByLevel:
		return func(a, b *member) bool {
			return cmp.Or(cmp.Compare(b.level, a.level), cmp.Compare(a.place, b.place)) < 0
		}
	default:
		return func(a, b *member) bool { return a.place < b.place }
	}
}

// clone may be called by readers too: to copy a tree is to write to it.
func (m *memberSet) clone() *memberSet {
	m.seen.mu.Lock()
	defer m.seen.mu.Unlock()
	return m.copied()
}

func (m *memberSet) copied() *memberSet {
	return &memberSet{session: m.session, next: m.next, byUser: m.byUser.Copy(), ordered: m.ordered.Copy(), byDue: m.byDue.Copy()}
}

func (m *memberSet) get(user string) (*member, bool) {
	return m.byUser.Get(&member{user: user})
}

func (m *memberSet) put(one *member) {
	if before, known := m.byUser.Set(one); known {
		m.ordered.Delete(before)
		m.byDue.Delete(before)
	}
	m.ordered.Set(one)
	m.byDue.Set(one)
	m.next = max(m.next, one.place+1)
}

func (m *memberSet) remove(one *member) {
	m.byUser.Delete(one)
	m.ordered.Delete(one)
	m.byDue.Delete(one)
}

// size counts who is not due.
func (m *memberSet) size(now time.Time) int {
	all := m.byDue.Len()
	return all - sort.Search(all, func(i int) bool {
		one, _ := m.byDue.GetAt(i)
		return one.due > now.UnixMilli()
	})
}

// firstDue returns the member who leaves next if he is due by now.
func (m *memberSet) firstDue(now time.Time) (*member, bool) {
	first, ok := m.byDue.Min()
	return first, ok && first.due <= now.UnixMilli()
}

// firstAhead returns the member who leaves last if that is later than if all had
// entered now.
func (m *memberSet) firstAhead(now time.Time, ttl time.Duration) (*member, bool) {
	last, ok := m.byDue.Max()
	return last, ok && last.due > now.Add(ttl).UnixMilli()
}

// page returns the members of a page, in their order.
func (m *memberSet) page(offset, limit int) []*member {
	first, ok := m.ordered.GetAt(offset)
	if !ok || limit == 0 {
		return nil
	}
	page := make([]*member, 0, min(limit, m.ordered.Len()-offset))
	m.ordered.Ascend(first, func(one *member) bool {
		page = append(page, one)
		return len(page) < limit
	})
	return page
}
