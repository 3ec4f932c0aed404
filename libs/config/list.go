package config

import "strings"

// StringList is a flag.Value: texts separated by commas. Space around a text is
// dropped, and so is an empty text. Its YAML key may also hold a list.
type StringList []string

// Set replaces the list; it never fails.
func (l *StringList) Set(text string) error {
	*l = nil
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			*l = append(*l, item)
		}
	}
	return nil
}

// String returns the texts with commas between them.
func (l *StringList) String() string { return strings.Join(*l, ",") }
