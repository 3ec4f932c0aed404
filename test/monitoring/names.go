package monitoring

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
)

// Use is a metric that an expression asks for, with the labels that it selects
// and groups by. Where tells what it was found in.
type Use struct {
	Metric string
	Labels []string
	Where  string
}

// Uses returns what an expression asks for.
func Uses(where, expr string) ([]Use, error) {
	tree, err := PromQL.ParseExpr(expr)
	if err != nil {
		return nil, fmt.Errorf("%s: %w in %s", where, err, expr)
	}
	var found []Use
	parser.Inspect(tree, func(node parser.Node, path []parser.Node) error {
		selector, isSelector := node.(*parser.VectorSelector)
		if !isSelector {
			return nil
		}
		named := map[string]bool{}
		for _, matcher := range selector.LabelMatchers {
			named[matcher.Name] = true
		}
		for _, outer := range path {
			if aggregate, ok := outer.(*parser.AggregateExpr); ok && !aggregate.Without {
				for _, label := range aggregate.Grouping {
					named[label] = true
				}
			}
		}
		delete(named, model.MetricNameLabel)
		found = append(found, Use{selector.Name, slices.Sorted(maps.Keys(named)), where})
		return nil
	})
	return found, nil
}

// Documents are the texts that name metrics: both READMEs, the guides, the chart's, and the
// runbooks, by path.
func Documents() (map[string]string, error) {
	runbooks, err := Runbooks()
	if err != nil {
		return nil, err
	}
	guides, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for _, path := range append(append(runbooks, guides...), "../../README.md", "../../README.zh-CN.md", chart+"/README.md") {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read a document: %w", err)
		}
		texts[path] = string(text)
	}
	return texts, nil
}

// Runbooks are the paths of all pages.
func Runbooks() ([]string, error) { return filepath.Glob(chart + "/runbooks/*.md") }

var (
	identifier = regexp.MustCompile(`\b(?:xzb|http|rpc|db|go|process)_[a-z0-9_]+\b`)
	queryBlock = regexp.MustCompile("(?s)```promql\n(.*?)```")
	// In the annotations of alerts queries stand between back quotes, with %q for a label of the alert.
	quoted = regexp.MustCompile("`([^`]*)`")
)

// Identifiers returns the names of metrics and of their labels in a text.
func Identifiers(text string) []string {
	found := identifier.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// Queries returns the expressions in a document.
func Queries(document string) (found []string) {
	for _, block := range queryBlock.FindAllStringSubmatch(document, -1) {
		found = append(found, strings.TrimSpace(block[1]))
	}
	return found
}

// Questions returns the expressions that an annotation asks when its alert fires.
func Questions(annotation string) (found []string) {
	for _, one := range quoted.FindAllStringSubmatch(annotation, -1) {
		found = append(found, strings.ReplaceAll(one[1], "%q", `"x"`))
	}
	return found
}
