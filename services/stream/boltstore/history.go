package boltstore

import (
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/services/stream"
)

// history is what only changes read of an anchor, and the key it waits under: another
// configuration would find another one. Wait is a stream.Wait, Moment since when it waits, in
// Unix milliseconds.
type history struct {
	stream.History
	Wait   string `json:"wait"`
	Moment int64  `json:"moment"`
}

// appendHistory writes a history in the form of a record behind what is there. decodeHistory
// reads the same fields in the same order; a new one goes to the end of both.
func appendHistory(behind []byte, h *history) []byte {
	record := newForm(behind)
	record.text(h.Wait)
	for _, n := range []int64{h.Moment, h.Latest, h.SaidOnline, h.SaidOffline} {
		record.number(n)
	}
	record.text(h.Push.Sequence)
	record.number(h.Push.At)
	record.flag(h.Push.Over)
	record.flag(h.Lag != nil)
	if h.Lag != nil {
		record.number(*h.Lag)
	}
	record.text(string(h.EndReason))
	record.flag(h.WantsPush)
	for _, n := range []int64{h.Confirmed, h.Opens.Since, int64(h.Opens.Count), int64(h.Recordings), int64(h.Story.Dropped)} {
		record.number(n)
	}
	record.text(h.Story.Lines)
	record.count(len(h.EndedSequences))
	for _, sequence := range h.EndedSequences {
		record.text(sequence)
	}
	record.count(len(h.Past))
	for _, span := range h.Past {
		record.number(span.Session)
		record.number(span.Opened)
		record.number(span.Ended)
	}
	return record.sealed()
}

// decodeHistory reads it. What is not whole is ErrDamaged.
func decodeHistory(raw []byte) (h history, err error) {
	record, err := unseal(raw)
	if err != nil {
		return h, err
	}
	h.Wait = record.text()
	for _, n := range []*int64{&h.Moment, &h.Latest, &h.SaidOnline, &h.SaidOffline} {
		*n = record.number()
	}
	h.Push = stream.LatestPush{Sequence: record.text(), At: record.number(), Over: record.flag()}
	if record.flag() {
		lag := record.number()
		h.Lag = &lag
	}
	h.EndReason, h.WantsPush = streams.Reason(record.text()), record.flag()
	h.Confirmed = record.number()
	h.Opens = stream.Opens{Since: record.number(), Count: int(record.number())}
	h.Recordings, h.Story.Dropped = int(record.number()), int(record.number())
	h.Story.Lines = record.text()
	for range record.count() {
		h.EndedSequences = append(h.EndedSequences, record.text())
	}
	for range record.count() {
		h.Past = append(h.Past, stream.Span{Session: record.number(), Opened: record.number(), Ended: record.number()})
	}
	return h, record.err()
}
