package boltstore

import (
	"go.etcd.io/bbolt"
)

// own is what stands under one user, as one change sees it: it is read once, and flush writes
// it once, however much of it changes.
type own struct {
	bolt *bbolt.Tx
	user string

	value   userValue // as it stands in the file
	kept    record    // as read or put last
	ended   endings   // the same
	known   struct{ value, record, endings bool }
	changed struct{ record, endings bool }
}

// read returns what stands in the file.
func (o *own) read() (userValue, error) {
	if !o.known.value {
		value, err := getValue(o.bolt, o.user)
		if err != nil {
			return userValue{}, err
		}
		o.value, o.known.value = value, true
	}
	return o.value, nil
}

// record returns the anchor, a zero record if none is kept.
func (o *own) record() (record, error) {
	if !o.known.record {
		value, err := o.read()
		if err != nil {
			return record{}, err
		}
		found, err := value.record(o.user)
		if err != nil {
			return record{}, err
		}
		o.kept, o.known.record = found, true
	}
	return o.kept, nil
}

// putRecord keeps an anchor; the zero record is none.
func (o *own) putRecord(r record) { o.kept, o.known.record, o.changed.record = r, true, true }

// endings returns the list, which is the caller's if it is put back. One that cannot be read
// is empty.
func (o *own) endings() endings {
	if !o.known.endings {
		value, _ := o.read()
		o.ended, o.known.endings = value.list(), true
	}
	return o.ended
}

// putEndings keeps a list.
func (o *own) putEndings(l endings) { o.ended, o.known.endings, o.changed.endings = l, true, true }

// flush writes what was put. A part that was not stays as it is, and a value that cannot be
// taken apart is written anew.
func (o *own) flush() error {
	if !o.changed.record && !o.changed.endings {
		return nil
	}
	value, _ := o.read()
	const more = 512 // bytes by which few values grow in one change
	raw := make([]byte, valueHeader, len(value.session)+len(value.history)+len(o.ended)+more)
	switch {
	case !o.changed.record:
		raw = append(raw, value.session...)
	case o.kept.Session.User != "":
		raw = appendCurrent(raw, &o.kept.Current)
	}
	session := len(raw)
	switch {
	case !o.changed.record:
		raw = append(raw, value.history...)
	case o.kept.Session.User != "":
		raw = appendHistory(raw, &o.kept.history)
	}
	history := len(raw)
	switch {
	case !o.changed.endings:
		raw = append(raw, value.endings...)
	case len(o.ended) > 0:
		raw = appendSealed(raw, o.ended)
	}
	o.known.value, o.changed.record, o.changed.endings = false, false, false
	return putValue(o.bolt, o.user, withHeader(raw, session, history))
}
