package upgrade_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

// question is a request, and the reply that it had when the data was frozen.
type question struct {
	Action string        `json:"action,omitempty"` // "": an event of the live platform
	Fields client.Fields `json:"fields"`
	Now    bool          `json:"now,omitempty"` // a timestamp in the reply is of today
	Reply  string        `json:"reply,omitempty"`
}

func action(name string, fields client.Fields) question {
	return question{Action: name, Fields: fields}
}

func event(fields client.Fields) question { return question{Fields: fields} }

func (q question) now() question {
	q.Now = true
	return q
}

var (
	timestamps = regexp.MustCompile(`"timestamp":[0-9]+`)
	signs      = regexp.MustCompile(`"sign":"[^"]+"`)
)

// ask returns the reply, without what is another one each time.
func (q question) ask(c *client.Client) string {
	c.T.Helper()
	path, body := "/interface.php", client.Encode(q.Action, q.Fields)
	if q.Action == "" {
		p := client.NewPlatform(c)
		path, body = p.Path, client.EncodeJSON(p.Signed(q.Fields, time.Now().Add(10*time.Minute)))
	}
	reply, err := c.Exchange(http.MethodPost, path, http.Header{}, bytes.NewReader(body))
	if err != nil {
		c.T.Fatalf("%s: %v", body, err)
	}
	text := signs.ReplaceAllString(strings.TrimSpace(string(reply.Body)), `"sign":"…"`)
	if q.Now {
		text = timestamps.ReplaceAllString(text, `"timestamp":0`)
	}
	return text
}

// compare asks everything again, in order, and tells which replies are others.
func compare(t *testing.T, c *client.Client, asked []question) {
	t.Helper()
	wrong := 0
	for _, q := range asked {
		got := q.ask(c)
		if same(got, q.Reply) {
			continue
		}
		if wrong++; wrong > 3 {
			continue
		}
		t.Errorf("%s %s is answered\n%s\nand was, by the version that stored the data,\n%s", q.Action, client.EncodeJSON(q.Fields), got, q.Reply)
	}
	if wrong > 3 {
		t.Errorf("%d of %d replies are others", wrong, len(asked))
	}
}

// same compares replies as clients read them: the order of their fields means nothing, and
// a field that came later is none of theirs.
func same(got, want string) bool {
	var is, was any
	if json.Unmarshal([]byte(got), &is) != nil || json.Unmarshal([]byte(want), &was) != nil {
		return got == want
	}
	return holds(is, was)
}

// holds tells whether all of was is in is.
func holds(is, was any) bool {
	switch was := was.(type) {
	case map[string]any:
		object, _ := is.(map[string]any)
		for name, value := range was {
			if found, there := object[name]; !there || !holds(found, value) {
				return false
			}
		}
		return object != nil
	case []any:
		list, is := is.([]any)
		if !is || len(list) != len(was) {
			return false
		}
		for i := range was {
			if !holds(list[i], was[i]) {
				return false
			}
		}
		return true
	default:
		return is == was
	}
}

func readQuestions(t *testing.T, path string) (asked []question) {
	t.Helper()
	for line := range bytes.Lines(read(t, path)) {
		var q question
		decoder := json.NewDecoder(bytes.NewReader(line))
		decoder.UseNumber()
		if err := decoder.Decode(&q); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		asked = append(asked, q)
	}
	return asked
}

func writeQuestions(t *testing.T, path string, asked []question) {
	t.Helper()
	var lines bytes.Buffer
	for _, q := range asked {
		fmt.Fprintf(&lines, "%s\n", client.EncodeJSON(q))
	}
	write(t, path, lines.Bytes())
}

func TestOnlyWhatARecordedReplyHasIsCompared(t *testing.T) {
	for _, test := range []struct {
		got, want string
		same      bool
	}{
		{`{"a":1,"b":[{"c":"x"}]}`, `{"b":[{"c":"x"}],"a":1}`, true},
		{`{"a":1,"later":2}`, `{"a":1}`, true},
		{`{"a":2}`, `{"a":1}`, false},
		{`{}`, `{"a":1}`, false},
		{`{"b":[1,2]}`, `{"b":[1]}`, false},
		{`{"b":[2]}`, `{"b":[1]}`, false},
		{`[]`, `{}`, false},
		{`gone`, `{"a":1}`, false},
	} {
		if got := same(test.got, test.want); got != test.same {
			t.Errorf("%s and %s are the same: %v", test.got, test.want, got)
		}
	}
}
