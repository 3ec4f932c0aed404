//go:build browser

package browser_test

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long the page may take for anything, on a machine that is busy.
const patience = 90 * time.Second

// tab is one page of a browser. Whatever goes wrong in the page fails the test.
type tab struct {
	t   *testing.T
	ctx context.Context
}

func openTab(t *testing.T) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.WindowSize(1280, 860),
		chromedp.Flag("autoplay-policy", "no-user-gesture-required"), chromedp.Flag("lang", "en"))
	ctx, cancelBrowser := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancelBrowser)
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	page := &tab{t, ctx}
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil { // not page.do: the browser would end with its time
		t.Fatal(err)
	}
	var mu sync.Mutex
	var wrong []string
	if err := chromedp.Listen(ctx, func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch event := event.(type) {
		case *runtime.EventExceptionThrown:
			wrong = append(wrong, fmt.Sprint(event.ExceptionDetails.Text, event.ExceptionDetails.Exception))
		case *runtime.EventConsoleAPICalled:
			if event.Type == runtime.ConsoleAPICalledTypeError {
				wrong = append(wrong, fmt.Sprint(event.Args))
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		if len(wrong) > 0 {
			t.Errorf("in the page went wrong: %s", strings.Join(wrong, "\n"))
		}
	})
	return page
}

// do takes steps, all of which must end in time.
func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	for i, step := range steps {
		if err := chromedp.Do(ctx, step); err != nil {
			p.picture("failed")
			p.t.Fatalf("step %d: %v", i, err)
		}
	}
}

func (p *tab) see(selector string) { p.t.Helper(); p.do(chromedp.WaitVisible(selector)) }

func (p *tab) click(selector string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`((wanted) => {
		const element = document.querySelector(wanted);
		if (!element || element.disabled) return false;
		element.scrollIntoView({block: 'center'});
		const box = element.getBoundingClientRect();
		const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
		if (!element.contains(hit)) return false;
		element.focus();
		element.click();
		return true;
	})(%q)`, selector))
}

// script is what an expression comes to.
func script[T any](p *tab, expression string) T {
	p.t.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.picture("failed")
		p.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// until waits for an expression to be true.
func (p *tab) until(expression string) {
	p.t.Helper()
	for end := time.Now().Add(patience); !script[bool](p, "Boolean("+expression+")"); <-time.After(50 * time.Millisecond) {
		if time.Now().After(end) {
			p.picture("failed")
			p.t.Fatalf("never true: %s; the page says %s", expression, script[string](p, "document.body.innerText"))
		}
	}
}

// picture keeps what the page looks like, if SCREENSHOTS names a folder.
func (p *tab) picture(name string) {
	p.t.Helper()
	folder := os.Getenv("SCREENSHOTS")
	if folder == "" {
		return
	}
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), png, 0o600)
	}
	if err != nil {
		p.t.Logf("no picture of %s: %v", name, err)
	}
}

// axe finds what keeps people out who cannot see the page, or have no mouse.
//
//go:embed testdata/axe.min.js
var axe string

// mustBeAccessible fails for every rule of WCAG 2.2, levels A and AA, that the page breaks.
func (p *tab) mustBeAccessible(name string) {
	p.t.Helper()
	script[chromedp.Void](p, axe+";0")
	found := script[[]string](p, `axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
		.then(({violations}) => violations.map((v) => v.id + ': ' + v.help + ': ' + v.nodes.map((n) => n.html).slice(0, 3).join(' ')))`)
	if len(found) > 0 {
		p.picture("failed-" + name)
		p.t.Errorf("%s is not accessible:\n%s", name, strings.Join(found, "\n"))
	}
}
