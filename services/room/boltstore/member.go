package boltstore

import (
	"cmp"
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

// clone is m for changing. To copy a tree is to write to it, so readers are kept from
// doing so at the same time.
func (m *memberSet) clone() *memberSet {
	m.seen.mu.Lock()
	defer m.seen.mu.Unlock()
	c := m.copied()
	if shown := m.seen.members; shown != nil && shown.byUser.Len() < m.byUser.Len() {
		c.seen.members, c.seen.at = shown.copied(), m.seen.at
	}
	return c
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
	if shown := m.seen.members; shown != nil {
		shown.put(one)
	}
}

func (m *memberSet) remove(one *member) {
	m.byUser.Delete(one)
	m.ordered.Delete(one)
	m.byDue.Delete(one)
	if shown := m.seen.members; shown != nil {
		shown.remove(one)
	}
}

// size counts who is not due.
func (m *memberSet) size(now time.Time) int {
	all := m.byDue.Len()
	if _, due := m.firstDue(now); !due {
		return all
	}
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
