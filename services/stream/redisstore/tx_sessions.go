package redisstore

import (
	"encoding/json"

	"xiaozhibo.dev/services/stream"
)

// What is kept of earlier sessions is in two hashes of one field, so ofSession serves both.

// Past implements stream.Tx.
func (t *tx) Past(session int64) (texts stream.Texts, err error) {
	if put, isPut := t.past[session]; isPut {
		if put != nil {
			texts = *put
		}
		return texts, nil
	}
	raw, err := t.ofSession(t.store.keys.past, t.ahead.past, session)
	if err != nil || raw == "" {
		return texts, err
	}
	if err := json.Unmarshal([]byte(raw), &texts); err != nil {
		return texts, t.store.damaged(t.ctx, t.store.keys.past, pastField(t.user, session), err)
	}
	return texts, nil
}

// PutPast implements stream.Tx.
func (t *tx) PutPast(session int64, texts stream.Texts) error {
	t.past[session] = &texts
	return nil
}

// DropPast implements stream.Tx.
func (t *tx) DropPast(session int64) error {
	t.past[session] = nil
	return nil
}

// Summary implements stream.Tx. One that cannot be read is none.
func (t *tx) Summary(session int64) (*stream.Ended, error) {
	if put, isPut := t.summaries[session]; isPut {
		return put, nil
	}
	raw, err := t.ofSession(t.store.keys.summaries, t.ahead.summaries, session)
	if err != nil || raw == "" {
		return nil, err
	}
	return decodeEnded(raw), nil
}

// PutSummary implements stream.Tx.
func (t *tx) PutSummary(ended stream.Ended) error {
	t.summaries[ended.Session] = &ended
	return nil
}

// DropSummary implements stream.Tx.
func (t *tx) DropSummary(session int64) error {
	t.summaries[session] = nil
	return nil
}

// ofSession returns what is kept of an earlier session under key, "" for nothing.
func (t *tx) ofSession(key string, read map[int64]any, session int64) (string, error) {
	if raw, known := read[session]; known {
		text, _ := raw.(string)
		return text, nil
	}
	return t.store.get(t.ctx, key, pastField(t.user, session))
}
