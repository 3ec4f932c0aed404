package monitoring_test

import (
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"

	registry "github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/util/teststorage"

	"xiaozhibo.dev/test/e2e/disasters"
	"xiaozhibo.dev/test/monitoring"
)

// prometheus is a real one, without its pages: it scrapes targets every second until the test ends.
type prometheus struct {
	t       *testing.T
	storage *teststorage.TestStorage
	engine  *promql.Engine
	targets int
}

const scrapeConfig = `
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs: [{job_name: %s}]
`

// watch starts one that gives the targets the labels which the chart's ServiceMonitor would.
func watch(t *testing.T, targets []disasters.Target) *prometheus {
	t.Helper()
	p := &prometheus{t, teststorage.New(t), promqltest.NewTestEngine(t, false, 0, 50_000_000), len(targets)}
	// It scrapes at once, not when the targets have not changed for five seconds.
	options := &scrape.Options{DiscoveryReloadOnStartup: true, DiscoveryReloadInterval: model.Duration(10 * time.Millisecond)}
	scraper, err := scrape.NewManager(options, promslog.NewNopLogger(), nil, nil, p.storage, registry.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	settings, err := config.Load(fmt.Sprintf(scrapeConfig, monitoring.Job), promslog.NewNopLogger())
	if err != nil {
		t.Fatal(err)
	}
	if err := scraper.ApplyConfig(settings); err != nil {
		t.Fatal(err)
	}
	group := &targetgroup.Group{Source: "test"}
	for _, target := range targets {
		address, err := url.Parse(target.OpsURL)
		if err != nil {
			t.Fatal(err)
		}
		group.Targets = append(group.Targets, model.LabelSet{
			model.AddressLabel: model.LabelValue(address.Host), "namespace": monitoring.Namespace, "pod": model.LabelValue("live-xiaozhibo-" + target.Pod),
		})
	}
	discovered := make(chan map[string][]*targetgroup.Group)
	ended := make(chan error)
	go func() { ended <- scraper.Run(discovered) }()
	t.Cleanup(func() {
		scraper.Stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	discovered <- map[string][]*targetgroup.Group{monitoring.Job: {group}}
	return p
}

// sample is one of a query's results.
type sample struct {
	Labels map[string]string
	Value  float64
}

// at evaluates an expression at a time.
func (p *prometheus) at(when time.Time, expr string) (samples []sample) {
	p.t.Helper()
	query, err := p.engine.NewInstantQuery(p.t.Context(), p.storage, nil, expr, when)
	if err != nil {
		p.t.Fatalf("%v in %s", err, expr)
	}
	defer query.Close()
	result, err := query.Exec(p.t.Context()).Vector()
	if err != nil {
		p.t.Fatalf("%v in %s", err, expr)
	}
	for _, s := range result {
		samples = append(samples, sample{s.Metric.Map(), s.F})
	}
	return samples
}

// first is when a series of an expression, which a graph would show, was above 0 at first; and its labels.
func (p *prometheus) first(expr string, from, to time.Time) map[string]time.Time {
	p.t.Helper()
	query, err := p.engine.NewRangeQuery(p.t.Context(), p.storage, nil, expr, from, to, time.Second)
	if err != nil {
		p.t.Fatalf("%v in %s", err, expr)
	}
	defer query.Close()
	matrix, err := query.Exec(p.t.Context()).Matrix()
	if err != nil {
		p.t.Fatalf("%v in %s", err, expr)
	}
	found := map[string]time.Time{}
	for _, series := range matrix {
		i := slices.IndexFunc(series.Floats, func(point promql.FPoint) bool { return point.F > 0 })
		if i >= 0 {
			found[series.Metric.String()] = time.UnixMilli(series.Floats[i].T)
		}
	}
	return found
}

// scraped waits until every target was looked at so many times more; one that does not answer was, too.
func (p *prometheus) scraped(times int) {
	p.t.Helper()
	begun := time.Now()
	enough := func() bool { return !p.afterScrapes(begun, times).IsZero() }
	limit := time.After(5 * time.Minute)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !enough() {
		select {
		case <-tick.C:
		case <-limit:
			p.t.Fatalf("Prometheus has not scraped %d times within five minutes", times)
		}
	}
}

// afterScrapes is when every target was looked at so many times after a moment; zero if one was not yet.
func (p *prometheus) afterScrapes(moment time.Time, times int) (all time.Time) {
	p.t.Helper()
	now := time.Now()
	query, err := p.engine.NewInstantQuery(p.t.Context(), p.storage, nil, fmt.Sprintf("up[%dms]", max(1, now.Sub(moment).Milliseconds())), now)
	if err != nil {
		p.t.Fatal(err)
	}
	defer query.Close()
	looks, err := query.Exec(p.t.Context()).Matrix()
	if err != nil {
		p.t.Fatal(err)
	}
	if len(looks) < p.targets {
		return time.Time{}
	}
	for _, target := range looks {
		if len(target.Floats) < times {
			return time.Time{}
		}
		if at := time.UnixMilli(target.Floats[times-1].T); at.After(all) {
			all = at
		}
	}
	return all
}

// allUp waits until so many targets answered when they were looked at last, and returns that time: on a machine that is
// busy one or another may answer too late.
func (p *prometheus) allUp(targets int) time.Time {
	p.t.Helper()
	for range 100 {
		now := time.Now()
		if up := p.at(now, "count(up == 1)"); len(up) == 1 && up[0].Value == float64(targets) {
			return now
		}
		p.scraped(1)
	}
	p.t.Fatalf("%d targets never answered at once", targets)
	return time.Time{}
}

// seen is every metric that was scraped, with its labels.
func (p *prometheus) seen() map[string]map[string]bool {
	p.t.Helper()
	querier, err := p.storage.Querier(0, time.Now().UnixMilli())
	if err != nil {
		p.t.Fatal(err)
	}
	defer querier.Close()
	found := map[string]map[string]bool{}
	series := querier.Select(p.t.Context(), false, nil, labels.MustNewMatcher(labels.MatchNotEqual, model.MetricNameLabel, ""))
	for series.Next() {
		all := series.At().Labels()
		name := all.Get(model.MetricNameLabel)
		if found[name] == nil {
			found[name] = map[string]bool{}
		}
		all.Range(func(l labels.Label) { found[name][l.Name] = true })
	}
	if err := series.Err(); err != nil {
		p.t.Fatal(err)
	}
	return found
}
