package signing

import "sync"

// maxRecorded bounds the memory for what is known to be recorded, to some 10 MB.
const maxRecorded = 1 << 16

// recorded is what this process has recorded in the current hour. An entry that it has
// forgotten, or that another process has recorded, is recorded again, which changes
// nothing.
type recorded struct {
	mu    sync.Mutex
	hour  int64
	known map[issue]struct{}
}

// issue is what there is one entry for in an hour.
type issue struct {
	kind Kind
	user string
}

// has reports whether this process has written the entry of this hour already.
func (r *recorded) has(entry *Entry) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.known[issue{entry.Kind, entry.User}]
	return ok && r.hour == Hour(entry.Issued)
}

// add is called with what is durable. A new hour, or too many users, begins with an empty
// memory, which costs writes that change nothing.
func (r *recorded) add(entry *Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if hour := Hour(entry.Issued); r.known == nil || hour != r.hour || len(r.known) >= maxRecorded {
		r.hour, r.known = hour, map[issue]struct{}{}
	}
	r.known[issue{entry.Kind, entry.User}] = struct{}{}
}
