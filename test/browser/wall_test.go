//go:build browser

package browser_test

import (
	"net/http"
	"testing"
)

// seats are how many may follow the list over the admin API at once.
const seats = 256

func TestTheWallAsksWhileItIsNotTold(t *testing.T) {
	s := startServer(t)
	s.live("tom", "Evening show")
	var readers []*http.Response
	reading := &http.Client{} // for as long as the test does
	leave := func() {
		for _, reader := range readers {
			_ = reader.Body.Close()
		}
		readers = nil
	}
	t.Cleanup(leave)
	for range seats {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.console+"api/events?flag=1", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+secret)
		reply, err := reading.Do(request) //nolint:bodyclose // leave closes it
		if err != nil {
			t.Fatal(err)
		}
		readers = append(readers, reply) //nolint:bodyclose // leave closes it
		if reply.StatusCode != http.StatusOK {
			t.Fatalf("reader %d is answered %d", len(readers), reply.StatusCode)
		}
	}
	page := opened(t, s)
	page.see(`[data-user="tom"]`)
	page.see(".mark.slow") // it says that it asks
	page.mustBeAccessible("a wall that asks")
	s.live("ann", "Morning show")
	page.see(`[data-user="ann"]`)
	leave()
	page.until(`!document.querySelector('.mark.slow')`)
	s.must("ChangeStatus", fields{"userid": "tom", "status": 1})
	page.until(`!document.querySelector('[data-user=tom]') && document.querySelector('[data-user=ann]')`)
}

func TestTheWallGoesOnWhenTheServerIsThereAgain(t *testing.T) {
	s := startServer(t)
	s.live("tom", "Evening show")
	s.live("eve", "Another show")
	page := opened(t, s)
	page.see(`[data-user="tom"]`)
	s.stop()
	page.see("[role=alert]") // the cards stay, and the page says what is wrong
	page.see(`[data-user="tom"]`)
	s.start("XZB_LISTEN_ADMIN=off") // what happens now, no page can hear
	s.live("ann", "Morning show")
	s.must("ChangeStatus", fields{"userid": "tom", "status": 1})
	s.stop()
	s.start()
	page.until(`document.querySelector('[data-user=ann]') && document.querySelector('[data-user=eve]') && !document.querySelector('[data-user=tom]')`)
	page.until(`!document.querySelector('[role=alert]') && !document.querySelector('.mark.slow')`)
	s.must("ChangeCount", fields{"userid": "ann", "type": 1, "optype": 0, "flag": 0, "fileid": ""})
	page.until(`document.querySelector('[data-user=ann] .likes').textContent === '1'`)
}
