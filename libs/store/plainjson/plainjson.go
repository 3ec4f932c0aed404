// Package plainjson writes what stores keep as JSON.
package plainjson

import (
	"bytes"
	"encoding/json"
)

// Encode does not escape HTML, unlike json.Marshal: a record must not be six times as long as
// its texts, such as URLs with an &.
func Encode(v any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), err
}
