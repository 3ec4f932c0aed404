package boltstore

import (
	"cmp"
	"sort"
	"time"

	"github.com/tidwall/btree"

	"xiaozhibo.dev/services/room"
)

// member is one member in memory, without its texts: they would be most of a big room, and
// only those of the rows of a page are ever needed. A member in a tree never changes; a
// new one takes its place.
type member struct {
	user  string
	due   int64  // Unix milliseconds; not a member from then on
	place uint64 // grows with every member who joins
	level int32
}

// memberSet is one room under one session: the same members in three orders. It never
// changes once its batch is committed, except for seen, which has a lock of its own.
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

// less returns the order of a member list. A place is no one else's, so no two members are
// equal.
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

// clone returns a copy for changing. To copy a tree writes a mark into it, so readers, who
// copy it in present, are kept from doing so at the same time.
func (m *memberSet) clone() *memberSet {
	m.seen.mu.Lock()
	defer m.seen.mu.Unlock()
	c := m.copied()
	if shown := m.seen.members; shown != nil && shown.byUser.Len() < m.byUser.Len() {
		c.seen.members, c.seen.at = shown.copied(), m.seen.at
	}
	return c
}

// copied returns a copy without the view of readers.
func (m *memberSet) copied() *memberSet {
	return &memberSet{session: m.session, next: m.next, byUser: m.byUser.Copy(), ordered: m.ordered.Copy(), byDue: m.byDue.Copy()}
}

func (m *memberSet) get(user string) (*member, bool) {
	return m.byUser.Get(&member{user: user})
}

// put adds a member, or replaces the one with the same user, in all orders and in the view
// of readers.
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

// remove takes a member out of all orders and of the view of readers. One that is not
// there is no error.
func (m *memberSet) remove(one *member) {
	m.byUser.Delete(one)
	m.ordered.Delete(one)
	m.byDue.Delete(one)
	if shown := m.seen.members; shown != nil {
		shown.remove(one)
	}
}

// size returns how many members are not due. It searches, so its time grows with the
// logarithm of the room.
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

// firstDue returns the member whose time ends first, and whether that has come.
func (m *memberSet) firstDue(now time.Time) (*member, bool) {
	first, ok := m.byDue.Min()
	return first, ok && first.due <= now.UnixMilli()
}

// firstAhead returns the member whose time ends last, and whether that is later than for
// one who enters now. Only a clock that was put back leaves such a member.
func (m *memberSet) firstAhead(now time.Time, ttl time.Duration) (*member, bool) {
	last, ok := m.byDue.Max()
	return last, ok && last.due > now.Add(ttl).UnixMilli()
}
