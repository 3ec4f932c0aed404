package disasters

import (
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

// told is what one writer was told of the rooms it opened.
type told struct {
	opened, online, refused []*client.Anchor
	recorded                []ownRecording
}

type ownRecording struct {
	owner  string
	fileID string
}

// openThrough opens rooms and announces recordings all the time while the server goes down, and then looks
// for those that were acknowledged, and for what was refused.
func openThrough(t *testing.T, server client.Server, interruption func(testing.TB)) {
	const writers, enough = 8, 50
	doomed := client.New(t, pinned{server, server.URL()})
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
	client.Eventually(t, 3*time.Minute, "enough rooms", func() bool { return recorded.Load() >= enough })
	interruption(t)
	close(stop)
	wait.Wait()

	c := client.New(t, server)
	for _, w := range writersTold {
		for _, a := range w.opened {
			row := c.RowOf(c.Must("GetUserInfo", client.Fields{"userid": a.ID, "type": 0}))
			if row.Title != a.Title || slices.Contains(w.online, a) && row.Status != "1" {
				t.Errorf("%s was opened as %q, and is %+v", a.ID, a.Title, row)
			}
		}
		for _, r := range w.recorded {
			c.Recording(r.owner, r.fileID)
		}
		for _, a := range w.refused {
			c.Refuses(client.CodeNotFound, "GetUserInfo", client.Fields{"userid": a.ID, "type": 0})
		}
	}
}

// openOne reports whether the server answered everything.
func (w *told) openOne(c *client.Client) bool {
	refused := c.NewAnchor()
	if r, err := c.Try("RequestLVBAddr", refused.Fields().Without("title")); err != nil || r.Code == client.CodeDone {
		return false
	}
	w.refused = append(w.refused, refused)

	a := c.NewAnchor()
	r, err := c.Try("RequestLVBAddr", a.Fields())
	if err != nil || r.Code != client.CodeDone {
		return false
	}
	w.opened = append(w.opened, a)
	address, err := client.ParsePushAddress(r)
	if err != nil {
		return false
	}
	if c.MustTry("ChangeStatus", client.Fields{"userid": a.ID, "status": 0}) != nil {
		return false
	}
	w.online = append(w.online, a)

	p, file := client.NewPlatform(c), client.NewRecording(address.StreamID, "flv")
	res, err := p.Post(client.EncodeJSON(p.Signed(file.Fields(), time.Now().Add(10*time.Minute))))
	if err != nil || res.Status != http.StatusOK {
		return false
	}
	w.recorded = append(w.recorded, ownRecording{owner: a.ID, fileID: file.FileID})
	return true
}
