package e2e

import (
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// told is what one writer was told of the rooms it opened.
type told struct {
	opened, online, refused []*anchor
	recorded                []ownRecording
}

type ownRecording struct {
	owner  string
	fileID string
}

// openThrough opens rooms and announces recordings all the time while the server goes down, and then looks
// for those that were acknowledged, and for what was refused.
func openThrough(t *testing.T, server Server, interruption func(testing.TB)) {
	const writers, enough = 8, 50
	doomed := newClient(t, pinned{server, server.URL()})
	writersTold := make([]told, writers)
	var recorded atomic.Int64
	stop := make(chan struct{})
	var wait sync.WaitGroup
	for i := range writers {
		wait.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if !writersTold[i].openOne(doomed) {
					return // the server is down
				}
				recorded.Add(1)
			}
		})
	}
	eventually(t, 20*time.Second, "enough rooms", func() bool { return recorded.Load() >= enough })
	interruption(t)
	close(stop)
	wait.Wait()

	c := newClient(t, server)
	for _, w := range writersTold {
		for _, a := range w.opened {
			row := c.rowOf(c.must("GetUserInfo", fields{"userid": a.id, "type": 0}))
			if row.Title != a.title || slices.Contains(w.online, a) && row.Status != "1" {
				t.Errorf("%s was opened as %q, and is %+v", a.id, a.title, row)
			}
		}
		for _, r := range w.recorded {
			c.recording(r.owner, r.fileID)
		}
		for _, a := range w.refused {
			c.refuses(codeNotFound, "GetUserInfo", fields{"userid": a.id, "type": 0})
		}
	}
}

// openOne reports whether the server answered everything.
func (w *told) openOne(c *client) bool {
	refused := c.newAnchor()
	if r, err := c.try("RequestLVBAddr", refused.fields().without("title")); err != nil || r.Code == codeDone {
		return false
	}
	w.refused = append(w.refused, refused)

	a := c.newAnchor()
	r, err := c.try("RequestLVBAddr", a.fields())
	if err != nil || r.Code != codeDone {
		return false
	}
	w.opened = append(w.opened, a)
	address, err := parsePushAddress(r)
	if err != nil {
		return false
	}
	if c.mustTry("ChangeStatus", fields{"userid": a.id, "status": 0}) != nil {
		return false
	}
	w.online = append(w.online, a)

	p, file := newPlatform(c), newRecording(address.StreamID, "flv")
	res, err := p.post(encodeJSON(p.signed(file.fields(), time.Now().Add(10*time.Minute))))
	if err != nil || res.Status != http.StatusOK {
		return false
	}
	w.recorded = append(w.recorded, ownRecording{owner: a.id, fileID: file.FileID})
	return true
}
