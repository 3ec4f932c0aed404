package events

import (
	"strconv"
	"time"

	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/libs/api/streams"
)

// Lists are what a reader wants to know of, with the values of flag in FetchList.
type Lists int

// The lists.
const (
	Live     Lists = 1
	Recorded Lists = 2
	Both     Lists = Live | Recorded
)

// frame is one event as it is sent. All readers are sent the same bytes. Its bytes are made once
// and never changed, so readers share them without a lock.
type frame struct {
	list   Lists  // of one list only
	number int64  // of the change; 0 where it tells numbers
	data   []byte // may be empty
	whole  []byte // instead of data, for readers who know no numbers yet; may be nil
	at     time.Time
}

// opening is what a stream begins with, before the server knows what there is to tell:
// headers alone would stay in the buffers of some proxies.
var opening = []byte(": the list of rooms, as it changes\n\n")

// event returns an event with an id. A negative number is no id, and leaves the reader's as it
// was.
func event(name string, number int64, data []byte) []byte {
	dst := make([]byte, 0, len(data)+len(name)+48)
	if number >= 0 {
		dst = append(strconv.AppendInt(append(dst, "id: "...), number, 10), '\n')
	}
	dst = append(append(append(dst, "event: "...), name...), '\n')
	return append(append(append(dst, "data: "...), data...), '\n', '\n')
}

// reset begins a snapshot. Its id is empty: a reader who is cut off before the snapshot has
// come, with the id that belongs to it, asks for another.
func reset(reason string) []byte {
	return []byte("id\nevent: reset\ndata: {\"reason\":\"" + reason + "\"}\n\n")
}

// heartbeat shows that the stream is alive, and up to which change the reader knows all:
// an id without data is no event, but is remembered.
func heartbeat(number int64) []byte {
	return append(strconv.AppendInt([]byte(": alive\nid: "), number, 10), '\n', '\n')
}

// farewell asks the reader to connect again, after a pause that is another for each.
func farewell(reason string, pause time.Duration) []byte {
	return []byte(": " + reason + "\nretry: " + strconv.FormatInt(pause.Milliseconds(), 10) + "\n\n")
}

// departure is the data of an event that a row has left.
func departure(change *streams.Change) []byte {
	dst := envelope.AppendText(nil, `{"userid":`, change.User)
	dst = envelope.AppendText(dst, `,"fileid":`, change.FileID)
	dst = envelope.AppendInt(dst, `,"type":`, int64(listOf(change.FileID)-Live))
	return append(envelope.AppendText(dst, `,"reason":`, string(change.Reason)), '}')
}

// listOf says which list a row is in. In rows, type is 0 for live and 1 for recorded.
func listOf(fileID string) Lists {
	if fileID == "" {
		return Live
	}
	return Recorded
}
