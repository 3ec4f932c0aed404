package monitoring_test

import (
	"testing"

	"github.com/prometheus/prometheus/promql/parser"

	"xiaozhibo.dev/test/monitoring"
)

// view is what the tests look at.
var view = monitoring.View{Namespace: monitoring.Namespace, Release: monitoring.Job, Range: "1h", Interval: "15s", RateInterval: "1m"}

func TestEveryPanelSaysWhatItShowsAndWhatToLookAtNext(t *testing.T) {
	panels := dashboard(t).Panels
	ids, titles := map[int]bool{}, map[string]bool{}
	row, rows := "", 0
	for _, p := range panels {
		if ids[p.ID] || titles[row+p.Title] || p.Title == "" {
			t.Errorf("panel %d %q is there twice, or has no title", p.ID, p.Title)
		}
		ids[p.ID], titles[row+p.Title] = true, true
		if p.Type == "row" {
			row = p.Title
			rows++
			continue
		}
		if len(p.Description) < 40 {
			t.Errorf("panel %q does not say what it means: %q", p.Title, p.Description)
		}
		if p.FieldConfig.Defaults.Unit == "" {
			t.Errorf("panel %q has no unit", p.Title)
		}
		if p.Datasource.UID != "${datasource}" {
			t.Errorf("panel %q is bound to the source %q", p.Title, p.Datasource.UID)
		}
		if len(p.Targets) == 0 {
			t.Errorf("panel %q shows nothing", p.Title)
		}
	}
	if rows != 10 || len(panels) < 40 {
		t.Errorf("the dashboard has %d rows with %d panels", rows, len(panels)-rows)
	}
}

func TestNoTwoPanelsOverlap(t *testing.T) {
	taken := map[[2]int]string{}
	for _, p := range dashboard(t).Panels {
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" || x >= 24 {
					t.Fatalf("%q and %q meet at %d,%d", p.Title, other, x, y)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
	}
}

// One release of several in a Prometheus, and the pods chosen, are all that a panel shows.
func TestEveryExpressionOfTheDashboardIsPromQLOnTheReleaseChosen(t *testing.T) {
	for _, p := range dashboard(t).Panels {
		for _, target := range p.Targets {
			tree, err := monitoring.PromQL.ParseExpr(view.Query(target.Expr))
			if err != nil {
				t.Errorf("panel %q: %v in %s", p.Title, err, target.Expr)
				continue
			}
			parser.Inspect(tree, func(node parser.Node, _ []parser.Node) error {
				if selector, ok := node.(*parser.VectorSelector); ok && !selectsOneRelease(selector, "pod") {
					t.Errorf("panel %q: %s shows other releases too", p.Title, selector)
				}
				return nil
			})
		}
	}
}

// selectsOneRelease tells whether a selector asks for the labels of the release, and for those named.
func selectsOneRelease(selector *parser.VectorSelector, more ...string) bool {
	got := map[string]string{}
	for _, matcher := range selector.LabelMatchers {
		got[matcher.Name] = matcher.Value
	}
	for _, name := range more {
		if _, asked := got[name]; !asked {
			return false
		}
	}
	return got["namespace"] == monitoring.Namespace && got["job"] == monitoring.Job
}

func dashboard(t *testing.T) *monitoring.Dashboard {
	t.Helper()
	d, err := monitoring.ReadDashboard()
	if err != nil {
		t.Fatal(err)
	}
	return d
}
