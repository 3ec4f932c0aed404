package monitoring_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/rules"

	"xiaozhibo.dev/test/e2e/deployments"
	"xiaozhibo.dev/test/e2e/disasters"
	"xiaozhibo.dev/test/monitoring"
)

// A stranger who is shown the dashboard, and nothing else, says what failed, since when, and for whom: the room
// service is killed under load, and the queries of the panels are asked what he would read there.
func TestAStrangerSeesWhatFailedSinceWhenAndForWhom(t *testing.T) {
	system := disasters.Watch(t, deployments.Deployment{Programs: build(t), Split: true, Copies: 1, Store: deployments.Bbolt})
	p := watch(t, system.Targets())
	system.Busy()
	well(t, p, system)
	killed := time.Now()
	system.Kill("room")
	want := []string{"EnterGroup", "FetchGroupMemberList", "QuitGroup"}
	failed := map[string]time.Time{}
	for tries := 0; len(failed) < len(want) && tries < 60; tries++ {
		p.scraped(1)
		note(failed, system.Failed())
	}
	p.scraped(15)
	seen := glance{t, p, dashboard(t), killed.Add(-10 * time.Second), p.allUp(p.targets - 1), failed}
	note(failed, system.Failed())
	system.Rest()

	whom := slices.Sorted(maps.Keys(failed))
	if !slices.Equal(whom, want) {
		t.Fatalf("without the room service clients cannot do %v, want %v", whom, want)
	}
	seen.table("Actions that failed through us", "xzb_action", killed, whom...)
	seen.table("Services that failed", "server_address", killed, "room")
	seen.graph("Failures of ours per second", "xzb_action", killed, whom...)
	seen.graph("Share of Actions that fail through us", "xzb_action", killed, whom...)
	seen.graph("Failed calls per second", "server_address", killed, "room")
	seen.graph("Services given up for the moment", "server_address", killed, "room")
	seen.graph("Answers without likes or viewers", "xzb_missing", killed, "viewers")
	seen.stat("Services that do not answer", 1)
	seen.stat("Pods that do not answer Prometheus", 1)
	seen.alerts(whom)
}

// well returns when no Action has failed during ten scrapes.
func well(t *testing.T, p *prometheus, system *disasters.Watched) {
	t.Helper()
	failed := map[string]time.Time{}
	for range 10 {
		p.scraped(10)
		if failed = system.Failed(); len(failed) == 0 {
			return
		}
	}
	t.Fatalf("while all is well fail %v", slices.Sorted(maps.Keys(failed)))
}

// note notes when Actions failed for the first time.
func note(first, failed map[string]time.Time) {
	for action, when := range failed {
		if _, known := first[action]; !known {
			first[action] = when
		}
	}
}

// alerts expects that those are on their way which must be: they fire when it has lasted for minutes.
func (g glance) alerts(whom []string) {
	g.t.Helper()
	groups := ruleGroups(g.t, g.p.engine, g.p.storage)
	evaluate(g.t, groups, g.to)
	burning := map[string]bool{}
	for _, a := range active(g.t, groups, rules.StatePending, g.from) {
		switch a.Name {
		case "XiaozhiboErrorBudgetBurn":
			_, action, _ := strings.Cut(a.For, "xzb_action=")
			burning[action] = true
			for _, tell := range []string{"Kinds of failure now: unavailable,", "services that fail: room (unavailable),", "stores that fail: none,"} {
				if !strings.Contains(a.Description, tell) {
					g.t.Errorf("%s does not say %q: %s", a, tell, a.Description)
				}
			}
		case "XiaozhiboLatencyBudgetBurn": // how fast this machine is, is no matter
		default:
			if !strings.Contains(a.For, "room") && !strings.Contains(a.For, "viewers") {
				g.t.Errorf("%s is no news of the room service", a)
			}
		}
	}
	g.exactly("the alerts on the objective", burning, whom)
}

// glance is what the dashboard shows of a time.
type glance struct {
	t         *testing.T
	p         *prometheus
	dashboard *monitoring.Dashboard
	from, to  time.Time
	failed    map[string]time.Time // when clients saw each Action fail at first
}

// soon is after how many scrapes, from when clients saw it at first, an outage begins on the dashboard at the latest: two,
// the width of a rate, and one of which an answer came late.
const soon = 7

// latest is when at the latest something begins on the dashboard: an Action, or what all of them fail by.
func (g glance) latest(what string) time.Time {
	g.t.Helper()
	began, isAction := g.failed[what]
	if !isAction {
		began = slices.MaxFunc(slices.Collect(maps.Values(g.failed)), time.Time.Compare)
	}
	return g.p.afterScrapes(began, soon).Add(time.Second) // a graph has a point each second
}

// query is an expression of a panel, as Grafana asks it with a scrape each second.
func (g glance) query(title string, target int) string {
	g.t.Helper()
	panel, err := g.dashboard.Panel(title)
	if err != nil {
		g.t.Fatal(err)
	}
	shown := fmt.Sprintf("%ds", int(g.to.Sub(g.from).Seconds()))
	view := monitoring.View{Namespace: monitoring.Namespace, Release: monitoring.Job, Range: shown, Interval: "1s", RateInterval: "4s"}
	return view.Query(panel.Targets[target].Expr)
}

// table expects lines for exactly these values of a label, first seen soon after it began.
func (g glance) table(title, label string, began time.Time, want ...string) {
	g.t.Helper()
	got := map[string]bool{}
	for _, line := range g.p.at(g.to, g.query(title, 0)) {
		got[line.Labels[label]] = true
	}
	g.exactly(title, got, want)
	for _, line := range g.p.at(g.to, g.query(title, 1)) {
		g.since(title, line.Labels[label], time.UnixMilli(int64(line.Value)), began)
	}
}

// graph expects lines above 0 for exactly these values of a label, from soon after it began.
func (g glance) graph(title, label string, began time.Time, want ...string) {
	g.t.Helper()
	got := map[string]bool{}
	for series, when := range g.p.first(g.query(title, 0), g.from, g.to) {
		_, value, _ := strings.Cut(series, label+`="`)
		value, _, _ = strings.Cut(value, `"`)
		got[value] = true
		g.since(title, value, when, began)
	}
	g.exactly(title, got, want)
}

func (g glance) stat(title string, want float64) {
	g.t.Helper()
	got := g.p.at(g.to, g.query(title, 0))
	if len(got) != 1 || got[0].Value != want {
		g.t.Errorf("%q shows %v, want %v", title, got, want)
	}
}

func (g glance) exactly(title string, got map[string]bool, want []string) {
	g.t.Helper()
	names := slices.Sorted(maps.Keys(got))
	if !slices.Equal(names, slices.Sorted(slices.Values(want))) {
		g.t.Errorf("%q shows %v, want %v", title, names, want)
	}
}

func (g glance) since(title, what string, first, began time.Time) {
	g.t.Helper()
	late := first.Sub(began)
	g.t.Logf("%q shows %s %v after it began", title, what, late.Round(100*time.Millisecond))
	if latest := g.latest(what); late < -time.Second || first.After(latest) {
		g.t.Errorf("%q shows that %s began %v after it did, want at most %v", title, what, late, latest.Sub(began))
	}
}
