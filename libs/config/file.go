package config

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// fileLayer reads the YAML file at path: one flat map of keys. No path and an
// empty file give nothing.
func fileLayer(fs *flag.FlagSet, path string) (layer, error) {
	if path == "" {
		return nil, nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, Errorf("flag -config: %w", err)
	}
	root, err := parse(content)
	if err != nil {
		return nil, Errorf("%s: %w", path, err)
	}
	return settings(fs, path, root)
}

// settings reads the keys of the map one by one. All problems are returned together, each with its line.
func settings(fs *flag.FlagSet, path string, root *yaml.Node) (given layer, err error) {
	var (
		flags    = names(fs, yamlKey)
		lines    = make(map[string]int)
		problems []error
	)
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		source := fmt.Sprintf("%s:%d: %s", path, key.Line, key.Value)
		flagName, known := flags[key.Value]
		if !known {
			problems = append(problems, Errorf("%s:%d: unknown key %q", path, key.Line, key.Value))
			continue
		}
		if line, twice := lines[key.Value]; twice {
			problems = append(problems, Errorf("%s: line %d sets this key already", source, line))
			continue
		}
		lines[key.Value] = key.Line
		text, present, err := plain(value, fs.Lookup(flagName).Value)
		if err != nil {
			problems = append(problems, Errorf("%s: %w", source, err))
		} else if present {
			given = append(given, setting{flag: flagName, text: text, source: source})
		}
	}
	return given, errors.Join(problems...)
}

// quoted is where the YAML parser repeats what it has read.
var quoted = regexp.MustCompile(`'[^']*'`)

// parse returns the map that the file is, or an empty node for an empty file.
func parse(content []byte) (*yaml.Node, error) {
	var document, next yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	err := decoder.Decode(&document)
	if errors.Is(err, io.EOF) {
		return &yaml.Node{}, nil
	}
	if err == nil {
		if err = decoder.Decode(&next); err == nil {
			return nil, errors.New("must be one YAML document")
		}
	}
	if !errors.Is(err, io.EOF) {
		problem := strings.TrimPrefix(err.Error(), "yaml: ")
		return nil, fmt.Errorf("not YAML: %s", quoted.ReplaceAllString(problem, "'…'"))
	}
	root := document.Content[0]
	if isNull(root) || root.Kind == yaml.MappingNode {
		return root, nil
	}
	return nil, errors.New("must be lines of the form \"key: value\"")
}

// plain returns the text that flag.Set is to have; a null gives none. Only a
// StringList takes a list.
func plain(node *yaml.Node, value flag.Value) (text string, present bool, err error) {
	list, isList := value.(*StringList)
	switch {
	case node.Anchor != "" || node.Kind == yaml.AliasNode || node.Style&yaml.TaggedStyle != 0:
		// Somebody's password, more likely than YAML's references and types.
		return "", false, errors.New("a value that begins with &, * or ! needs quotes")
	case node.Kind == yaml.ScalarNode:
		return node.Value, !isNull(node), nil
	case node.Kind == yaml.SequenceNode && isList:
		return joinItems(node.Content, list)
	default:
		return "", false, errors.New("must be a single value, not a list or a map")
	}
}

// joinItems spells a list as a flag would have it. A comma within an item would divide it, as it
// does in a flag.
func joinItems(nodes []*yaml.Node, list *StringList) (text string, present bool, err error) {
	items := make([]string, 0, len(nodes))
	for _, node := range nodes {
		if node.Kind == yaml.SequenceNode {
			return "", false, errors.New("must be a list of single values")
		}
		item, present, err := plain(node, list)
		if err != nil {
			return "", false, err
		}
		if present {
			items = append(items, item)
		}
	}
	return strings.Join(items, ","), true, nil
}

// isNull reports whether a key has no value, which is as if it did not stand there.
func isNull(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.Tag == "!!null" }
