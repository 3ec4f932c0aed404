package e2e

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
	codeDone          = 0
	codeBadParameter  = 1000
	codeNotFound      = 2003
	codeTimeout       = 3000
	codeInternal      = 4000
	codeBadBody       = 4001
	codeBadChoice     = 4002
	codeTooMany       = 4003
	codeNotAllowed    = 4004
	replyContentType  = "application/json; charset=utf-8"
	envelopeFieldsHas = "returnData returnMsg returnValue"
)

// reply is an Action's answer, its envelope checked.
type reply struct {
	Code    int
	Message string
	Data    map[string]any
	Header  http.Header
	Body    string
}

// parseReply checks everything that holds for every reply, whatever the Action and its outcome.
func parseReply(res response) (reply, error) {
	if res.Status != http.StatusOK {
		return reply{}, fmt.Errorf("HTTP status %d, want 200: %.300s", res.Status, res.Body)
	}
	if got := res.Header.Get("Content-Type"); got != replyContentType {
		return reply{}, fmt.Errorf("Content-Type %q, want %q", got, replyContentType)
	}
	if got := res.Header.Get("Content-Encoding"); got != "" {
		return reply{}, fmt.Errorf("Content-Encoding %q, and nobody asked for it", got)
	}
	return parseEnvelope(res)
}

func parseEnvelope(res response) (reply, error) {
	envelope, err := decodeObject(res.Body)
	if err != nil {
		return reply{}, fmt.Errorf("the reply %.300q: %w", res.Body, err)
	}
	r := reply{Header: res.Header, Body: string(res.Body)}
	if err := readEnvelope(envelope, &r); err != nil {
		return reply{}, fmt.Errorf("the reply %.300s: %w", res.Body, err)
	}
	return r, nil
}

func readEnvelope(envelope map[string]any, r *reply) error {
	if err := hasExactly(envelope, strings.Fields(envelopeFieldsHas)...); err != nil {
		return err
	}
	code, err := integer(envelope["returnValue"])
	if err != nil {
		return fmt.Errorf("returnValue: %w", err)
	}
	known := []int{
		codeDone, codeBadParameter, codeNotFound, codeTimeout, codeInternal, codeBadBody, codeBadChoice, codeTooMany,
		codeNotAllowed,
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
	if code != codeDone && len(data) > 0 {
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

// hasExactly checks that an object has these fields and no other.
func hasExactly(object map[string]any, names ...string) error {
	got := slices.Sorted(maps.Keys(object))
	want := slices.Sorted(slices.Values(names))
	if !slices.Equal(got, want) {
		return fmt.Errorf("fields %v, want %v", got, want)
	}
	return nil
}
