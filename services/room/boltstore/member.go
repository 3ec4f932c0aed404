package boltstore

import (
	"cmp"
	"sort"
	"time"

	"github.com/tidwall/btree"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/services/room"
)

// member is one member in memory, without its texts: they would be most of a big room, and
// only those of the rows of a page are ever needed. A member in a tree never changes; a
// new one takes its place.
type member struct {
	user string
	room.Member
}

// memberSet is one room under one session: the same members in three orders. It never
// changes once its batch is committed, except for seen, which has a lock of its own.
type memberSet struct {
	room.Value
	config  *room.Config
	byUser  *btree.BTreeG[*member]
	ordered *btree.BTreeG[*member]
	byDue   *btree.BTreeG[*member] // that is, by when each was last seen
	traces  traces                 // of some who have left
	came    members.Audience       // of the session so far
	counted bool                   // came has changed in this batch and is to be written
	seen    view
}

// newMembers is an empty room under a session. config is shared and never changes.
func newMembers(session int64, config *room.Config) *memberSet {
	return &memberSet{
		Value:   room.Value{Session: session},
		config:  config,
		byUser:  newTree(func(a, b *member) bool { return a.user < b.user }),
		ordered: newTree(less(config.MemberOrder)),
		byDue: newTree(func(a, b *member) bool {
			return cmp.Or(cmp.Compare(a.Seen, b.Seen), cmp.Compare(a.Place, b.Place)) < 0
		}),
	}
}

// newTree makes a tree that is copied in constant time: copies share what neither changes.
func newTree(less func(a, b *member) bool) *btree.BTreeG[*member] {
	// No locks: one writer owns a clone, readers have only committed trees.
	return btree.NewBTreeGOptions(less, btree.Options{NoLocks: true, Degree: 16})
}

// less returns the order of a member list. A place is no one else's, so no two members are
// equal.
func less(order room.Order) func(a, b *member) bool {
	switch order {
	case room.Newest:
		return func(a, b *member) bool { return a.Place > b.Place }
	case room.ByLevel:
		return func(a, b *member) bool {
			return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(a.Place, b.Place)) < 0
		}
	default:
		return func(a, b *member) bool { return a.Place < b.Place }
	}
}

// clone returns a copy for changing. To copy a tree writes a mark into it, so readers, who
// copy it in present, are kept from doing so at the same time.
func (m *memberSet) clone() *memberSet {
	m.seen.mu.Lock()
	defer m.seen.mu.Unlock()
	c := m.copied()
	// A view that hides nobody is not worth a copy.
	if shown := m.seen.members; shown != nil && shown.byUser.Len() < m.byUser.Len() {
		c.seen.members, c.seen.at = shown.copied(), m.seen.at
	}
	return c
}

// copied returns a copy without the view of readers.
func (m *memberSet) copied() *memberSet {
	return &memberSet{
		Value: m.Value, config: m.config, byUser: m.byUser.Copy(), ordered: m.ordered.Copy(), byDue: m.byDue.Copy(),
		traces: m.traces.copied(), came: m.came,
	}
}

// get returns the member of that user, one whose time is up too. It may be shared and must not
// be changed.
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
	m.Next = max(m.Next, one.Place+1)
	if shown := m.seen.members; shown != nil {
		shown.put(one)
	}
}

// remove takes a member out of all orders and of the view of readers. It is no error if the
// member is not there.
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
		return !one.Gone(m.config, now)
	})
}

// find returns what is kept of a user: the member, and the trace unless it has faded. Both
// are nil where there is none.
func (m *memberSet) find(user string, now time.Time) (before, trace *room.Member) {
	if one, known := m.get(user); known {
		before = &one.Member
	}
	if left, known := m.traces.get(user); known && !left.Faded(now) {
		trace = &left.Member
	}
	return before, trace
}

// count notes that somebody has joined, the size'th who is there now.
func (m *memberSet) count(size int) {
	m.came.Joined++
	m.came.Peak = max(m.came.Peak, size)
	m.counted = true
}

// empty reports whether nothing is kept of the room any more.
func (m *memberSet) empty() bool { return m.byUser.Len() == 0 && m.traces.len() == 0 }

// firstDue returns the member whose time ends first, and whether that has come.
func (m *memberSet) firstDue(now time.Time) (*member, bool) {
	first, ok := m.byDue.Min()
	return first, ok && first.Gone(m.config, now)
}

// firstAhead returns the member who was seen last, and whether that was later than now. Only
// a clock that was put back leaves such a member.
func (m *memberSet) firstAhead(now time.Time) (*member, bool) {
	last, ok := m.byDue.Max()
	return last, ok && last.Seen > now.UnixMilli()
}
