//go:build browser

package browser_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// opened is the console with the secret in its address, as `make run` prints it.
func opened(t *testing.T, s *server) *tab {
	t.Helper()
	page := openTab(t)
	page.do(chromedp.Navigate(s.console + "#secret=" + secret))
	page.see("nav")
	return page
}

func TestWithoutTheSecretNothingIsShown(t *testing.T) {
	s := startServer(t)
	s.live("tom", "seen by nobody")
	page := openTab(t)
	page.do(chromedp.Navigate(s.console))
	page.see("#secret")
	page.mustBeAccessible("door")
	page.picture("door")
	page.do(chromedp.SendKeys("#secret", "a-secret-that-is-wrong"))
	page.click(".door button")
	page.until(`document.querySelector('[role=alert]').textContent`)
	if text := script[string](page, "document.body.innerText"); script[bool](page, "document.querySelector('nav') !== null") {
		t.Errorf("a wrong secret shows %s", text)
	}
	script[chromedp.Void](page, `document.querySelector('#secret').value = ''; 0`)
	page.do(chromedp.SendKeys("#secret", secret))
	page.click(".door button")
	page.see(`[data-user="tom"]`)
	if address := script[string](page, "location.href"); address != s.console {
		t.Errorf("the address is %s", address)
	}
}

func TestTheWallShowsRoomsAsTheyChange(t *testing.T) {
	s := startServer(t)
	page := opened(t, s)
	page.see(".empty")
	s.live("tom", "Evening show")
	began := time.Now()
	page.see(`[data-user="tom"]`)
	t.Logf("the card appeared after %v", time.Since(began))
	for i := range 3 {
		s.must("EnterGroup", fields{"userid": fmt.Sprint("viewer", i), "liveuserid": "tom", "groupid": "g-tom", "flag": 0, "nickname": "Ann", "headpic": ""})
		s.must("ChangeCount", fields{"userid": "tom", "type": 1, "optype": 0, "flag": 0, "fileid": ""})
	}
	page.until(`document.querySelector('[data-user=tom] .viewers').textContent === '3' && document.querySelector('[data-user=tom] .likes').textContent === '3'`)
	page.mustBeAccessible("wall")
	page.picture("wall")
	s.must("ChangeStatus", fields{"userid": "tom", "status": 1})
	page.until(`!document.querySelector('[data-user=tom]')`)
}

func TestARoomTellsItsStoryAndIsEnded(t *testing.T) {
	s := startServer(t)
	s.live("tom", "Evening show")
	s.must("EnterGroup", fields{"userid": "ann", "liveuserid": "tom", "groupid": "g-tom", "flag": 0, "nickname": "Ann", "headpic": ""})
	page := opened(t, s)
	page.click(`[data-user="tom"]`)
	page.until(`document.querySelector('.why .good') && document.querySelectorAll('dialog tbody tr').length === 2`)
	page.until(`document.querySelector('.members li')`)
	page.mustBeAccessible("room")
	page.picture("room")

	page.click(".members button")
	page.click(".members button.danger")
	page.until(`!document.querySelector('.members li')`)

	page.click(".deeds > button")
	page.click(".deeds > button.danger")
	page.until(`document.querySelector('.why .bad') && /operator/.test(document.querySelector('.why').textContent)`)
	if row := s.must("GetUserInfo", fields{"userid": "tom", "type": 0}); row["status"] != "0" {
		t.Errorf("the room that was ended is %v", row)
	}
	page.click("dialog header button")
	page.click(`a[href="#/past"]`)
	page.until(`[...document.querySelectorAll('td')].some((cell) => cell.textContent === 'Evening show')`)
	page.mustBeAccessible("past")
	page.picture("past")
}

func TestWhoIsBannedCanNeitherGoLiveNorEnter(t *testing.T) {
	s := startServer(t)
	s.live("tom", "Evening show")
	s.live("eve", "Another")
	page := opened(t, s)
	page.click(`a[href="#/bans"]`)
	page.click(".ban summary")
	page.do(chromedp.SendKeys(`input[name="user"]`, "tom"), chromedp.SendKeys(`input[name="reason"]`, "spam"))
	page.mustBeAccessible("bans")
	page.click(".ban button.danger")
	page.see(".bans li")
	page.picture("bans")
	for action, of := range map[string]fields{
		"RequestLVBAddr": {"userid": "tom", "groupid": "g2", "title": "again"},
		"ChangeStatus":   {"userid": "tom", "status": 0},
		"EnterGroup":     {"userid": "tom", "liveuserid": "eve", "groupid": "g-eve", "flag": 0, "nickname": "", "headpic": ""},
	} {
		if code, _ := s.act(action, of); code != 4004 {
			t.Errorf("%s of who is banned is answered %d, want 4004", action, code)
		}
	}
	row := s.must("GetUserInfo", fields{"userid": "tom", "type": 0})
	if row["forbid_status"] != 1.0 || row["status"] != "0" {
		t.Errorf("the row of who is banned is %v", row)
	}
	page.click(".bans li button")
	page.click(".bans li button.danger")
	page.see(".empty")
	s.live("tom", "Back again")
}

func TestEveryActionCanBeTried(t *testing.T) {
	s := startServer(t)
	page := opened(t, s)
	page.click(`a[href="#/try"]`)
	page.see(".fields")
	page.mustBeAccessible("try")
	for _, action := range []string{
		"RequestLVBAddr", "ChangeStatus", "EnterGroup", "ChangeCount", "FetchList", "GetUserInfo", "FetchGroupMemberList", "QuitGroup", "GetCOSSign",
	} {
		script[chromedp.Void](page, `{
			const select = document.querySelector('.columns select');
			select.value = '`+action+`';
			select.dispatchEvent(new Event('change', {bubbles: true}));
		} 0`)
		page.until(`!document.querySelector('pre')`)
		page.click(".fields button")
		page.see("pre.good")
		page.until(`/^[0-9a-f]{32}$/.test(document.querySelector('.trace')?.textContent)`)
		page.until(`document.querySelectorAll('.course rect').length > 0 && document.querySelector('.course').parentNode.textContent.includes('POST ` + action + `')`)
		if action == "RequestLVBAddr" { // which commits to the disk of the stream service
			page.until(`[...document.querySelectorAll('tr')].some((row) => row.textContent.includes('commit stream') && row.querySelector('rect'))`)
			page.mustBeAccessible("a trace")
			page.picture("try")
		}
	}
	page.click(`[aria-label="In one click"] button`)
	page.until(`/^Done/.test(document.querySelector('[role=status]').textContent)`)
	if said := script[string](page, `document.querySelector('[role=status]').textContent`); !strings.Contains(said, " 0 failed") {
		t.Errorf("a whole broadcast: %s", said)
	}
	page.click(`a[href="#/health"]`)
	page.until(`document.querySelectorAll('.services .good').length === 4 && document.querySelectorAll('tbody tr').length > 8`)
	page.mustBeAccessible("health")
	page.picture("health")
	if text := script[string](page, "document.body.innerText"); strings.Contains(text, "testpushkey") || strings.Contains(text, secret) {
		t.Errorf("a secret is shown: %s", text)
	}
}

func TestThePageIsForBothLanguagesNarrowScreensAndTheDark(t *testing.T) {
	s := startServer(t)
	s.live("tom", "晚间直播")
	page := opened(t, s)
	page.see(`[data-user="tom"]`)
	page.click(".tools button:nth-child(1)")
	page.click(".tools button:nth-child(2)")
	page.until(`document.documentElement.lang === 'zh-CN' && document.documentElement.dataset.theme === 'dark'`)
	page.do(chromedp.EmulateViewport(390, 844))
	for _, part := range []string{"live", "recordings", "past", "bans", "journal", "webhooks", "try", "health"} {
		page.do(chromedp.Navigate(s.console + "#/" + part))
		page.until(`document.querySelector('[aria-current]').hash === '#/` + part + `' && document.querySelector('h1')`)
		<-time.After(300 * time.Millisecond) // the first answers
		page.mustBeAccessible("narrow " + part)
		page.picture("narrow-" + part)
		if wide := script[int](page, "document.documentElement.scrollWidth"); wide > 390 {
			t.Errorf("%s is %d wide on a screen of 390", part, wide)
		}
	}
}

// With a thousand rooms the page still answers while it scrolls. How long it is busy is in the log.
func TestAThousandRoomsStaySmooth(t *testing.T) {
	s := startServer(t)
	for i := range 1000 {
		s.live(fmt.Sprint("anchor", i), fmt.Sprint("Room ", i))
	}
	page := opened(t, s)
	page.until(`document.querySelectorAll('.card').length === 1000`)
	busy := script[[]float64](page, `new Promise((resolve) => {
		const long = [];
		new PerformanceObserver((list) => long.push(...list.getEntries().map((e) => e.duration))).observe({type: 'longtask'});
		let y = 0;
		const timer = setInterval(() => scrollTo(0, y += 200), 50);
		setTimeout(() => (clearInterval(timer), resolve(long)), 5000);
	})`)
	page.picture("thousand")
	t.Logf("tasks of more than 50 ms within 5 s: %v", busy)
	// Ages go on, and nothing else is drawn while nothing happens.
	if drawn := script[[]string](page, `new Promise((resolve) => {
		const drawn = new Set();
		new MutationObserver((list) => list.forEach((m) => drawn.add(m.type + ' of ' + m.target.parentNode?.className)))
			.observe(document.querySelector('.wall'), {subtree: true, childList: true, attributes: true, characterData: true});
		const began = document.querySelector('.wall time').textContent;
		const timer = setInterval(() => document.querySelector('.wall time').textContent !== began && (clearInterval(timer), resolve([...drawn])), 100);
	})`); len(drawn) != 1 || drawn[0] != "characterData of on" {
		t.Errorf("while nothing happens is drawn: %q", drawn)
	}
	page.do(chromedp.SendKeys(`input[type="search"]`, "room 777"))
	page.until(`document.querySelectorAll('.card').length === 1 && document.querySelector('[data-user=anchor777]')`)
}
