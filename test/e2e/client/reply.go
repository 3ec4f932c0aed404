package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The values of returnValue.
const (
	CodeDone          = 0
	CodeBadParameter  = 1000
	CodeNotFound      = 2003
	CodeTimeout       = 3000
	CodeInternal      = 4000
	CodeBadBody       = 4001
	CodeBadChoice     = 4002
	CodeTooMany       = 4003
	CodeNotAllowed    = 4004
	replyContentType  = "application/json; charset=utf-8"
	envelopeFieldsHas = "returnData returnMsg returnValue"
)

// Reply is an Action's answer, its envelope checked.
type Reply struct {
	Code    int
	Message string
	Data    map[string]any
	Header  http.Header
	Body    string
}

// parseReply checks everything that holds for every reply, whatever the Action and its outcome.
func parseReply(res Response) (Reply, error) {
	if res.Status != http.StatusOK {
		return Reply{}, fmt.Errorf("HTTP status %d, want 200: %.300s", res.Status, res.Body)
	}
	if got := res.Header.Get("Content-Type"); got != replyContentType {
		return Reply{}, fmt.Errorf("Content-Type %q, want %q", got, replyContentType)
	}
	if got := res.Header.Get("Content-Encoding"); got != "" {
		return Reply{}, fmt.Errorf("Content-Encoding %q, and nobody asked for it", got)
	}
	return ParseEnvelope(res)
}

func ParseEnvelope(res Response) (Reply, error) {
	envelope, err := decodeObject(res.Body)
	if err != nil {
		return Reply{}, fmt.Errorf("the reply %.300q: %w", res.Body, err)
	}
	r := Reply{Header: res.Header, Body: string(res.Body)}
	if err := readEnvelope(envelope, &r); err != nil {
		return Reply{}, fmt.Errorf("the reply %.300s: %w", res.Body, err)
	}
	return r, nil
}

func readEnvelope(envelope map[string]any, r *Reply) error {
	if err := HasExactly(envelope, strings.Fields(envelopeFieldsHas)...); err != nil {
		return err
	}
	code, err := integer(envelope["returnValue"])
	if err != nil {
		return fmt.Errorf("returnValue: %w", err)
	}
	known := []int{
		CodeDone, CodeBadParameter, CodeNotFound, CodeTimeout, CodeInternal, CodeBadBody, CodeBadChoice, CodeTooMany,
		CodeNotAllowed,
	}
	if !slices.Contains(known, code) {
		return fmt.Errorf("returnValue %d is none of the protocol's", code)
	}
	message, isString := envelope["returnMsg"].(string)
	if !isString {
		return fmt.Errorf("returnMsg is %T, want a string", envelope["returnMsg"])
	}
	data, isObject := envelope["returnData"].(map[string]any)
	if !isObject {
		return fmt.Errorf("returnData is %T, want an object", envelope["returnData"])
	}
	if code != CodeDone && len(data) > 0 {
		return errors.New("returnData of an error is not {}")
	}
	if err := checkValues("returnData", data); err != nil {
		return err
	}
	r.Code, r.Message, r.Data = code, message, data
	return nil
}

// decodeObject decodes one JSON object in UTF-8 that is all there is in text.
func decodeObject(text []byte) (map[string]any, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var object map[string]any
	if err := d.Decode(&object); err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	if object == nil {
		return nil, errors.New("null instead of an object")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the object")
	}
	return object, nil
}

// checkValues walks a reply: nothing in it is null, every number is an int32.
func checkValues(path string, v any) error {
	switch v := v.(type) {
	case nil:
		return fmt.Errorf("%s is null", path)
	case json.Number:
		if _, err := integer(v); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	case []any:
		for i, element := range v {
			if err := checkValues(fmt.Sprintf("%s[%d]", path, i), element); err != nil {
				return err
			}
		}
	case map[string]any:
		for name, element := range v {
			if err := checkValues(path+"."+name, element); err != nil {
				return err
			}
		}
	}
	return nil
}

// integer reads a JSON number that fits int32, written without fraction or exponent.
func integer(v any) (int, error) {
	number, isNumber := v.(json.Number)
	if !isNumber {
		return 0, fmt.Errorf("%v is %T, want a number", v, v)
	}
	n, err := strconv.ParseInt(number.String(), 10, 32)
	if err != nil {
		return 0, fmt.Errorf("%s is no int32", number)
	}
	return int(n), nil
}

// HasExactly checks that an object has these fields and no other.
func HasExactly(object map[string]any, names ...string) error {
	got := slices.Sorted(maps.Keys(object))
	want := slices.Sorted(slices.Values(names))
	if !slices.Equal(got, want) {
		return fmt.Errorf("fields %v, want %v", got, want)
	}
	return nil
}
