//go:build browser

package browser_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"xiaozhibo.dev/test/e2e/client"
)

const jwtKey = "a-key-that-signs-for-operators-only"

// receiver answers whatever it is sent with a status.
func receiver(t *testing.T, status int) (url string, answers *atomic.Int32) {
	t.Helper()
	answers = new(atomic.Int32)
	answers.Store(int32(status))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(int(answers.Load())) }))
	t.Cleanup(server.Close)
	return server.URL, answers
}

func TestOperatorsSeeWhoDidWhatAndWhetherThePlatformHeard(t *testing.T) {
	platform, _ := receiver(t, http.StatusInternalServerError)
	s := startServer(t, "XZB_ADMIN_JWT_KEY="+jwtKey, "XZB_PLATFORM=media", "XZB_PLATFORM_URL="+platform)
	s.live("tom", "Evening show")
	page := openTab(t)
	page.do(chromedp.Navigate(s.console + "#secret=" + client.Hs256(jwtKey, client.JwtHeader, client.ClaimsOf("olivia", time.Hour))))
	page.click(`[data-user="tom"]`)
	page.click(".ban summary")
	page.do(chromedp.SendKeys(`input[name="reason"]`, "spam"))
	page.click(".ban button.danger")
	page.see(".told.failed code") // the ban holds, and the page says that the platform did not hear
	page.mustBeAccessible("banned in the room")
	page.picture("banned-in-room")
	if code, _ := s.act("ChangeStatus", fields{"userid": "tom", "status": 0}); code != 4004 {
		t.Errorf("who is banned goes live: %d", code)
	}
	page.click("dialog header button")

	page.click(`a[href="#/bans"]`)
	page.see(".unheard .bad")
	page.mustBeAccessible("a ban that the platform did not hear of")
	page.picture("unheard")

	page.click(`a[href="#/journal"]`)
	page.until(`[...document.querySelectorAll('tbody tr')].some((row) => /olivia.*banned.*tom.*spam/s.test(row.textContent))`)
	page.see("tr.bad")
	page.mustBeAccessible("journal")
	page.picture("journal")
	page.do(chromedp.SendKeys(`input[type="search"]`, "nobody of this name"))
	page.see(".empty")
}

func TestAPlatformThatIsThereAgainIsToldAgain(t *testing.T) {
	platform, answers := receiver(t, http.StatusInternalServerError)
	s := startServer(t, "XZB_PLATFORM=media", "XZB_PLATFORM_URL="+platform)
	page := opened(t, s)
	page.click(`a[href="#/bans"]`)
	page.click(".ban summary")
	page.do(chromedp.SendKeys(`input[name="user"]`, "tom"))
	page.click(".ban button.danger")
	page.see(".told.failed")
	page.see(".unheard")
	answers.Store(http.StatusOK)
	page.click(".bans li button:first-of-type")
	page.click(".bans li button.danger")
	page.see(".told.done")
	page.until(`!document.querySelector('.unheard')`)
}

func TestDeadLettersAreSentAgainAndAReceiverThatWantedNoMoreIsToldAgain(t *testing.T) {
	url, answers := receiver(t, http.StatusBadRequest)
	s := startServer(t, "XZB_WEBHOOK_URL="+url, "XZB_WEBHOOK_SECRET=whsec_"+base64.StdEncoding.EncodeToString(make([]byte, 32)), "XZB_WEBHOOK_RETRY_FOR=1ms")
	page := opened(t, s)
	page.click(`a[href="#/webhooks"]`)
	page.see(".mark.good")
	s.live("tom", "Evening show")
	page.see("tbody button")
	page.mustBeAccessible("webhooks")
	page.picture("webhooks")
	answers.Store(http.StatusNoContent)
	page.click("tbody button")
	page.click("tbody button.danger")
	page.until(`!document.querySelector('tbody')`)

	answers.Store(http.StatusGone)
	s.must("ChangeStatus", fields{"userid": "tom", "status": 1})
	page.see(".mark.bad")
	page.picture("webhooks-off")
	answers.Store(http.StatusNoContent)
	page.click(".mark.bad ~ button")
	page.click(".mark.bad ~ button.danger")
	page.see(".mark.good")
	page.until(`document.querySelector('.figures dd').textContent === '0'`)
}
