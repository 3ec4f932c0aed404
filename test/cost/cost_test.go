package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestProcessorTimeIsReadFromAfterTheName(t *testing.T) {
	const stat = "42 (a (b) c) S 1 42 42 0 -1 4194560 100 0 0 0 730 27 5 6 20 0 9 0 100 1000 10 18446744073709551615"
	if got, err := parseStat(stat); err != nil || got != 7570*time.Millisecond {
		t.Errorf("got %v, %v", got, err)
	}
	for _, bad := range []string{"", "42 (x) S 1 2", strings.Replace(stat, "730", "x", 1)} {
		if _, err := parseStat(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestARunOfWrkCountsIfEveryRequestWasAnswered(t *testing.T) {
	said := func(line string) []byte {
		return []byte("Running 1m test\n  1 threads and 128 connections\nRequests/sec: 9\n\n" + line + "\n")
	}
	const good = `done {"requests":1000,"bytes":64000,"connect":0,"read":0,"write":0,"status":0,"timeout":0}`
	if got, err := parseLoad(said(good)); err != nil || got != (load{Requests: 1000, Bytes: 64000}) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, bad := range []string{
		"unable to connect", "done {", strings.Replace(good, "1000", "0", 1),
		strings.Replace(good, `"read":0`, `"read":1`, 1), strings.Replace(good, `"status":0`, `"status":3`, 1), strings.Replace(good, `"timeout":0`, `"timeout":9`, 1),
	} {
		if got, err := parseLoad(said(bad)); err == nil {
			t.Errorf("%s is taken as %+v", bad, got)
		}
	}
}

func TestFailuresAreTheRepliesWithAnotherValue(t *testing.T) {
	const metrics = `# TYPE http_server_request_duration_seconds histogram
http_server_request_duration_seconds_bucket{xzb_action="FetchList",xzb_return_value="0",le="1"} 7
http_server_request_duration_seconds_count{http_route="/",xzb_action="FetchList",xzb_return_value="0"} 1.2e+06
http_server_request_duration_seconds_count{http_route="/",xzb_action="FetchList",xzb_return_value="2003"} 3
http_server_request_duration_seconds_count{http_route="/",xzb_action="_OTHER",xzb_return_value="1000"} 2
http_server_request_duration_seconds_count{http_route="/callback",http_response_status_code="200"} 50
`
	if all, failed, err := answered(metrics); err != nil || all != 1_200_005 || failed != 5 {
		t.Errorf("got %d, %d, %v", all, failed, err)
	}
	if _, _, err := answered(strings.Replace(metrics, "1.2e+06", "many", 1)); err == nil {
		t.Error("what is no number is taken")
	}
}

func TestTheCostOfARequestIsTheTimeSpentOverTheRequests(t *testing.T) {
	got := perRequest([]time.Duration{time.Second, 0}, []time.Duration{3 * time.Second, 500 * time.Millisecond}, 100_000)
	if !slices.Equal(got, price{20, 5}) || got.sum() != 25 {
		t.Errorf("got %v, together %v", got, got.sum())
	}
}

func TestARatioIsThatOfItsRound(t *testing.T) {
	r := row{server: []price{{20, 10}, {70, 20}, {15, 5}}, bare: []float64{10, 30, 20}}
	if got := r.ratios(); !slices.Equal(got, []float64{1, 3, 3}) {
		t.Errorf("ratios %v", got)
	}
	if got := r.parts(); !slices.Equal(got, []float64{20, 10}) || r.total() != 30 {
		t.Errorf("medians of the parts %v, of all %v", got, r.total())
	}
	for want, values := range map[float64][]float64{2: {3, 1, 2}, 2.5: {4, 1, 3, 2}, 7: {7}} {
		if got := median(values); math.Abs(got-want) > 1e-9 {
			t.Errorf("the median of %v is %v", values, got)
		}
	}
}

func TestTheSidesTakeTurnsInBeingFirst(t *testing.T) {
	var order string
	side := func(name string, p price) func() (price, error) {
		return func() (price, error) { order += name; return p, nil }
	}
	r, err := alternate(3, side("s", price{6}), side("b", price{2}))
	if err != nil || order != "sbbssb" || !slices.Equal(r.ratios(), []float64{3, 3, 3}) {
		t.Errorf("order %s, ratios %v, %v", order, r.ratios(), err)
	}
	broken := errors.New("broken")
	if _, err := alternate(3, side("s", nil), func() (price, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("a failure is not told: %v", err)
	}
}

func TestTheTableHasAColumnForEachProcess(t *testing.T) {
	for want, s := range map[string]*server{
		"| Action | server | bare | ratio | range |\n|---|---|---|---|---|\n":                                 {processes: []*process{{name: "xiaozhibo"}}},
		"| Action | redis | gateway | all | bare | ratio | range |\n|---|---|---|---|---|---|---|\n| x | 1.0": {processes: []*process{{name: "redis"}, {name: "gateway"}}},
	} {
		var out bytes.Buffer
		r := newReport(&out, s)
		r.heading(options{})
		measured := row{name: "x", bare: []float64{1}, server: []price{make(price, len(s.processes))}}
		for i := range measured.server[0] {
			measured.server[0][i] = 1
		}
		r.row(measured)
		if !strings.Contains(out.String(), want) {
			t.Errorf("got\n%s\nwant\n%s", &out, want)
		}
	}
}

func TestEveryBodyIsAnAction(t *testing.T) {
	names := map[string]bool{}
	bodies := slices.Concat(setUp()...)
	for _, s := range scenarios() {
		if names[s.name] || s.shows == "" || len(s.bodies) == 0 {
			t.Errorf("the row %q is not whole, or there twice", s.name)
		}
		names[s.name] = true
		bodies = append(bodies, s.bodies...)
	}
	for _, body := range bodies {
		var request struct{ Action string }
		if err := json.Unmarshal([]byte(body), &request); err != nil || request.Action == "" || strings.Contains(body, "\n") {
			t.Fatalf("%s: %v", body, err)
		}
	}
}
