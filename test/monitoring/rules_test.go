package monitoring_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"

	"xiaozhibo.dev/test/monitoring"
)

func TestEveryExpressionOfTheRulesIsPromQLOnOneRelease(t *testing.T) {
	for _, rule := range everyRule(t) {
		expressions := []string{rule.Expr}
		for _, text := range rule.Annotations {
			expressions = append(expressions, monitoring.Questions(text)...)
		}
		for _, expr := range expressions {
			tree, err := monitoring.PromQL.ParseExpr(expr)
			if err != nil {
				t.Errorf("%s%s: %v in %s", rule.Alert, rule.Record, err, expr)
				continue
			}
			parser.Inspect(tree, func(node parser.Node, _ []parser.Node) error {
				if selector, ok := node.(*parser.VectorSelector); ok && !selectsOneRelease(selector) {
					t.Errorf("%s%s: %s looks at other releases too", rule.Alert, rule.Record, selector)
				}
				return nil
			})
		}
	}
}

func TestEveryAlertSaysWhatItIsAndWhereToReadOn(t *testing.T) {
	for _, rule := range everyRule(t) {
		if rule.Alert == "" {
			continue
		}
		if severity := rule.Labels["severity"]; severity != "critical" && severity != "warning" {
			t.Errorf("%s has the severity %q", rule.Alert, severity)
		}
		if rule.For == 0 {
			t.Errorf("%s fires at the first look", rule.Alert)
		}
		for _, name := range []string{"summary", "description"} {
			if !strings.Contains(rule.Annotations[name], "{{ $labels.") {
				t.Errorf("the %s of %s does not say of whom it speaks: %q", name, rule.Alert, rule.Annotations[name])
			}
		}
		if want := "deploy/helm/xiaozhibo/runbooks/" + rule.Alert + ".md"; rule.Annotations["runbook_url"] != want {
			t.Errorf("%s has the runbook %q, want %q", rule.Alert, rule.Annotations["runbook_url"], want)
		}
		for text := range strings.FieldsSeq(rule.Expr + " " + rule.Annotations["summary"] + " " + rule.Annotations["description"]) {
			for _, word := range []string{"RELEASE", "GATEWAY", "WINDOW", "LONG", "SHORT", "FACTOR", "PAUSE", "SECONDS", "BUCKET", "AVAILABILITY", "LATENCY"} {
				if strings.Contains(text, word) {
					t.Errorf("%s: %s was not replaced in %s", rule.Alert, word, text)
				}
			}
		}
	}
}

// Burn rates are recorded because alerts look at them; what no alert looks at is not recorded.
func TestWhatIsRecordedIsWhatAlertsNeed(t *testing.T) {
	recorded, asked := []string{}, []string{}
	for _, rule := range everyRule(t) {
		if rule.Record != "" {
			recorded = append(recorded, rule.Record)
			continue
		}
		for _, use := range uses(t, rule.Alert, rule.Expr) {
			if strings.Contains(use.Metric, ":") {
				asked = append(asked, use.Metric)
			}
		}
	}
	slices.Sort(recorded)
	slices.Sort(asked)
	if asked = slices.Compact(asked); !slices.Equal(recorded, asked) {
		t.Errorf("recorded are %v, alerts need %v", recorded, asked)
	}
}

func TestEveryAlertHasARunbookAndEveryRunbookAnAlert(t *testing.T) {
	alerts := map[string]bool{}
	for _, rule := range everyRule(t) {
		if rule.Alert != "" {
			alerts[rule.Alert] = true
		}
	}
	pages, err := monitoring.Runbooks()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range pages {
		name := strings.TrimSuffix(filepath.Base(path), ".md")
		if !alerts[name] {
			t.Errorf("%s is the page of no alert", path)
		}
		delete(alerts, name)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(text), "# "+name+"\n") {
			t.Errorf("%s does not begin with the name of its alert", path)
		}
		for _, part := range []string{"**Meaning.**", "**Clients", "**Confirm.**", "**Likely causes and what to do"} {
			if !strings.Contains(string(text), part) {
				t.Errorf("%s has no part %s", path, part)
			}
		}
		queries := monitoring.Queries(string(text))
		if len(queries) == 0 {
			t.Errorf("%s has no query to confirm it with", path)
		}
		for _, query := range queries {
			uses(t, path, query)
		}
	}
	for name := range alerts {
		t.Errorf("%s has no runbook", name)
	}
}

func everyRule(t *testing.T) (rules []rulefmt.Rule) {
	t.Helper()
	groups, _, err := monitoring.Rules(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, group := range groups.Groups {
		rules = append(rules, group.Rules...)
	}
	if len(rules) < 20 {
		t.Fatalf("there are %d rules only", len(rules))
	}
	return rules
}

func uses(t *testing.T, where, expr string) []monitoring.Use {
	t.Helper()
	found, err := monitoring.Uses(where, expr)
	if err != nil {
		t.Fatal(err)
	}
	return found
}
