package counter

// RecordFormat is that of Record. It grows with every change of what a field means
// and with every new field that must not be lost. A restore refuses records of a higher
// format than its own.
const RecordFormat = 2

// Record is a counter in a backup, or if it is Over what a past session has come to. Senders are
// part of it, so that an addition repeated after a restore is still counted once.
type Record struct {
	Name    string         `json:"name"`
	Session int64          `json:"session"`
	Count   int64          `json:"count"`
	Senders []SenderRecord `json:"senders,omitempty"`
	Over    int64          `json:"over,omitempty"` // when a newer session began, Unix milliseconds
}

// SenderRecord is a Mark in a backup. It has the fields of a Mark in the same order, as
// one is converted to the other.
type SenderRecord struct {
	Sender string `json:"sender"`
	Number int64  `json:"number"`
	At     int64  `json:"at"` // Unix milliseconds
}

// NewRecord returns the record of what is kept under a name.
func NewRecord(name string, v Value) Record {
	r := Record{Name: name, Session: v.Session, Count: v.Count}
	for _, m := range v.Marks {
		r.Senders = append(r.Senders, SenderRecord(m))
	}
	return r
}

// NewPastRecord returns the record of what a past session has come to.
func NewPastRecord(name string, session int64, past Past) Record {
	return Record{Name: name, Session: session, Count: past.Count, Over: past.At}
}

// IsPast tells the two kinds of Record apart: Over is a moment, so 0 is the record of a
// counter that goes on. It returns what the record says of a past session, if that is what it is of.
func (r Record) IsPast() (past Past, over bool) { return Past{Count: r.Count, At: r.Over}, r.Over != 0 }

// Value is the reverse of NewRecord. The marks are new: none is shared with the record.
func (r Record) Value() Value {
	v := Value{Session: r.Session, Count: r.Count}
	for _, s := range r.Senders {
		v.Marks = append(v.Marks, Mark(s))
	}
	return v
}
