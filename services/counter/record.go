package counter

// RecordFormat is that of Record. It grows with every change of what a field means
// and with every new field that must not be lost.
const RecordFormat = 1

// Record is a counter in a backup. Senders are part of it, so that an addition repeated
// after a restore is still counted once.
type Record struct {
	Name    string         `json:"name"`
	Session int64          `json:"session"`
	Count   int64          `json:"count"`
	Senders []SenderRecord `json:"senders,omitempty"`
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

// Value is what a record says.
func (r Record) Value() Value {
	v := Value{Session: r.Session, Count: r.Count}
	for _, s := range r.Senders {
		v.Marks = append(v.Marks, Mark(s))
	}
	return v
}
