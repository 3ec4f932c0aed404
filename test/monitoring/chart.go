// Package monitoring reads what the chart ships for Prometheus and Grafana:
// the dashboard, the rules, the runbooks. Its tests put them before the real
// PromQL, the real rule engine and real scrapes. It is a module of its own, so
// that no program is built with Prometheus in its module graph.
//
// Paths are relative to this folder, where its tests run.
package monitoring

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v3"
)

const (
	chart = "../../deploy/helm/xiaozhibo"
	helm  = "../../bin/helm"
	// Namespace is where Rules installs the chart.
	Namespace = "live"
	// Job is the label that the chart's ServiceMonitor gives the metrics then.
	Job = "live-xiaozhibo-ops"
)

// PromQL parses expressions.
var PromQL = parser.NewParser(parser.Options{})

// Rules renders the chart's PrometheusRule for a release live in Namespace, with
// settings for helm's --set. It returns the text of a rule file too, as Prometheus
// reads it.
func Rules(ctx context.Context, settings ...string) (*rulefmt.RuleGroups, []byte, error) {
	args := []string{
		"template", "live", chart, "--namespace", Namespace, "--show-only", "templates/monitoring/prometheusrule.yaml",
		"--set", "serviceMonitor.enabled=true,prometheusRule.enabled=true",
	}
	for _, s := range settings {
		args = append(args, "--set", s)
	}
	var complaint strings.Builder
	command := exec.CommandContext(ctx, helm, args...)
	command.Stderr = &complaint
	rendered, err := command.Output()
	if err != nil {
		return nil, nil, fmt.Errorf("render the rules (make bin/helm builds it): %w: %s", err, complaint.String())
	}
	var object struct{ Spec any }
	if err := yaml.Unmarshal(rendered, &object); err != nil {
		return nil, nil, fmt.Errorf("decode the PrometheusRule: %w", err)
	}
	text, err := yaml.Marshal(object.Spec)
	if err != nil {
		return nil, nil, fmt.Errorf("encode a rule file: %w", err)
	}
	groups, errs := rulefmt.Parse(text, false, model.UTF8Validation, PromQL, slog.New(slog.DiscardHandler))
	return groups, text, errors.Join(errs...)
}
