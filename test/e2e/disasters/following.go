package disasters

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

// Following is a viewer of one room who asks for it again and again while others move it, and
// wants every reply to be the first one: likes may be more, never fewer, and a URL may be
// signed anew.
type Following struct {
	stop   context.CancelFunc
	done   chan struct{}
	asks   []ask
	mu     sync.Mutex
	url    string // of the server that is asked
	likes  int
	breaks int // rounds that met no server
	rounds int // that were answered since the last of these
	wrong  []string
}

// ask is a request of the viewer, with the reply it had first.
type ask struct {
	body  []byte
	first string
}

var (
	likesOf    = regexp.MustCompile(`"likecount":(\d+)`)
	signatures = regexp.MustCompile(`\?[^"]*`)
)

// Follow begins to watch, and ends with t.
func Follow(t *testing.T, url, anchor, group string) *Following {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	w := &Following{url: url + client.ClientPath, stop: stop, done: make(chan struct{}), asks: []ask{
		{body: client.Encode("FetchList", client.Fields{"flag": 3, "pageno": 1, "pagesize": 20})},
		{body: client.Encode("GetUserInfo", client.Fields{"userid": anchor, "type": 0})},
		{body: client.Encode("FetchGroupMemberList", client.Fields{"liveuserid": anchor, "groupid": group, "pageno": 1, "pagesize": 20})},
		{body: client.Encode("EnterGroup", client.Fields{"userid": "ann", "liveuserid": anchor, "groupid": group, "flag": 0, "nickname": "Ann"})},
	}}
	go func() {
		defer close(w.done)
		for ctx.Err() == nil {
			w.round(ctx)
		}
	}()
	t.Cleanup(func() { stop(); <-w.done })
	return w
}

// round asks for everything once.
func (w *Following) round(ctx context.Context) {
	for i := range w.asks {
		text, err := w.exchange(ctx, w.asks[i].body)
		if ctx.Err() != nil {
			return
		}
		w.mu.Lock()
		if err != nil {
			w.breaks, w.rounds = w.breaks+1, 0
			w.mu.Unlock()
			time.Sleep(100 * time.Millisecond) // a client that tries again
			return
		}
		w.compare(&w.asks[i], text)
		w.mu.Unlock()
	}
	w.mu.Lock()
	w.rounds++
	w.mu.Unlock()
}

func (w *Following) exchange(ctx context.Context, body []byte) (string, error) {
	w.mu.Lock()
	url := w.url
	w.mu.Unlock()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Close = true
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	return string(text), err
}

// compare is called with mu held.
func (w *Following) compare(a *ask, text string) {
	if match := likesOf.FindStringSubmatch(text); match != nil {
		likes, _ := strconv.Atoi(match[1]) // digits
		if likes < w.likes {
			w.wrong = append(w.wrong, fmt.Sprintf("%d likes after %d", likes, w.likes))
		}
		w.likes = likes
	}
	text = signatures.ReplaceAllString(likesOf.ReplaceAllString(text, `"likecount":0`), "?")
	switch {
	case a.first == "":
		a.first = text
	case text != a.first:
		w.wrong = append(w.wrong, fmt.Sprintf("%s was answered\n%s and is now answered\n%s", a.body, a.first, text))
	}
}

// Watches returns when the viewer has been answered.
func (w *Following) Watches(t *testing.T) {
	t.Helper()
	client.Eventually(t, time.Minute, "the viewer watches", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.rounds > 0
	})
}

// Turn has the viewer ask another server from now on.
func (w *Following) Turn(url string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.url = url + client.ClientPath
}

// Reconnected returns when the viewer was answered again after the server had been away.
func (w *Following) Reconnected(t *testing.T) {
	t.Helper()
	client.Eventually(t, 3*time.Minute, "the viewer is back", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.breaks > 0 && w.rounds > 2
	})
}

// End ends the watching and tells what the viewer noticed.
func (w *Following) End(t *testing.T) {
	t.Helper()
	w.stop()
	<-w.done
	if len(w.wrong) > 0 {
		t.Errorf("the viewer noticed %d times, first: %s", len(w.wrong), w.wrong[0])
	}
	if w.likes == 0 || w.rounds == 0 {
		t.Errorf("the viewer saw %d likes, in %d rounds after the reconnect", w.likes, w.rounds)
	}
	t.Logf("%d likes in the end; %d tries met no server", w.likes, w.breaks)
}
