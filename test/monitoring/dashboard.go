package monitoring

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// Grid is where a panel stands; the dashboard is 24 wide.
type Grid struct{ X, Y, W, H int }

// Panel is one of the dashboard, or the head of a row.
type Panel struct {
	ID                       int
	Type, Title, Description string
	GridPos                  Grid
	Datasource               struct{ UID string }
	FieldConfig              struct{ Defaults struct{ Unit string } }
	Targets                  []Target
}

// Target is an expression of a panel.
type Target struct {
	RefID, Expr, LegendFormat string
	Instant                   bool
}

// Dashboard is what we read of the file.
type Dashboard struct {
	Title, UID string
	Templating struct {
		List []struct {
			Name  string
			Query json.RawMessage
		}
	}
	Panels []Panel
}

// ReadDashboard reads the chart's.
func ReadDashboard() (*Dashboard, error) {
	text, err := os.ReadFile(chart + "/dashboards/xiaozhibo.json")
	if err != nil {
		return nil, fmt.Errorf("read the dashboard: %w", err)
	}
	d := &Dashboard{}
	if err := json.Unmarshal(text, d); err != nil {
		return nil, fmt.Errorf("decode the dashboard: %w", err)
	}
	return d, nil
}

// Panel returns the one of that title.
func (d *Dashboard) Panel(title string) (Panel, error) {
	for _, p := range d.Panels {
		if p.Title == title && p.Type != "row" {
			return p, nil
		}
	}
	return Panel{}, fmt.Errorf("the dashboard has no panel %q", title)
}

// View is what somebody looks at: the values of the dashboard's variables, and
// those that Grafana makes of the time shown.
type View struct {
	Namespace, Release string
	Range              string // the time shown, such as 1h
	Interval           string // between two points
	RateInterval       string // four scrapes at least
}

// Query is the expression as Prometheus gets it.
func (v View) Query(expr string) string {
	return strings.NewReplacer(
		"$__rate_interval", v.RateInterval, "$__range", v.Range, "$__interval", v.Interval,
		"$namespace", v.Namespace, "$release", v.Release, "$pod", ".*",
	).Replace(expr)
}
