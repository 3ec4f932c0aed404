package e2e

import (
	"bytes"
	"strings"
	"testing"
)

// bodyLimit is the longest body, in bytes.
const bodyLimit = 65536

func bodyCases(t *testing.T, server Server) {
	t.Run("what is no JSON object is 4001", func(t *testing.T) {
		c := newClient(t, server)
		for _, body := range []string{
			"", " ", "\n", "[]", "[{}]", `["FetchList"]`, `"FetchList"`, "1", "0", "true", "null", "garbage", "{", "}", "{}}",
			`{"Action":"FetchList"`, `{"Action":"FetchList",}`, `{'Action':'FetchList'}`, `{Action:"FetchList"}`,
			`{"Action":"FetchList"} {"Action":"FetchList"}`, `{"Action":"FetchList"}x`, `{"Action":"FetchList"} // x`,
			"Action=FetchList&flag=1&pageno=1&pagesize=10", `<xml/>`, "\x00", `{"Action":"Fetch` + "\n" + `List"}`,
			`{"Action":"FetchList","flag":NaN}`, `{"Action":"FetchList","flag":01,"pageno":1,"pagesize":1}`,
			strings.Repeat("[", 60000), strings.Repeat(`{"a":`, 10000),
		} {
			c.answersRaw(codeBadBody, []byte(body))
		}
	})
	t.Run("space around the object is fine", func(t *testing.T) {
		newClient(t, server).answersRaw(codeDone, append([]byte(" \r\n\t"), append(bytes.Clone(listBody), " \r\n"...)...))
	})
	t.Run("a byte order mark is skipped", func(t *testing.T) {
		c := newClient(t, server)
		c.answersRaw(codeDone, append([]byte("\xef\xbb\xbf"), listBody...))
		c.answersRaw(codeBadBody, []byte("\xef\xbb\xbf"))
	})
	t.Run("a body of 65536 bytes is taken", func(t *testing.T) {
		c := newClient(t, server)
		c.answersRaw(codeDone, paddedField(bodyLimit))
		c.answersRaw(codeDone, paddedSpace(bodyLimit))
	})
	t.Run("a body of 65537 bytes is 4001", func(t *testing.T) {
		c := newClient(t, server)
		c.answersRaw(codeBadBody, paddedField(bodyLimit+1))
		c.answersRaw(codeBadBody, paddedSpace(bodyLimit+1))
	})
	t.Run("a body of a mebibyte is 4001", func(t *testing.T) {
		c := newClient(t, server)
		for range 5 {
			c.answersRaw(codeBadBody, paddedField(1<<20))
		}
		c.answersRaw(codeDone, listBody)
	})
	t.Run("a chunked body over the limit is 4001", func(t *testing.T) {
		c := newClient(t, server)
		for _, size := range []int{bodyLimit + 1, 1 << 20} {
			res, err := c.exchange("POST", clientPath, nil, struct{ *bytes.Reader }{bytes.NewReader(paddedField(size))})
			if err != nil {
				t.Fatal(err)
			}
			if r, err := c.parse(res); err != nil || r.Code != codeBadBody {
				t.Errorf("%d chunked bytes: got %d, %v, want %d", size, r.Code, err, codeBadBody)
			}
		}
	})
	t.Run("deep nesting harms nobody", func(t *testing.T) {
		c := newClient(t, server)
		for _, depth := range []int{100, 9000, 30000} {
			nested := strings.Repeat("[", depth) + strings.Repeat("]", depth)
			body := `{"Action":"FetchList","flag":1,"pageno":1,"pagesize":1,"extra":` + nested + "}"
			r, err := c.postRaw([]byte(body))
			if err != nil {
				t.Fatalf("nested %d deep: %v", depth, err)
			}
			// Whether so deep a body still counts as JSON is the server's choice.
			if r.Code != codeDone && r.Code != codeBadBody {
				t.Errorf("nested %d deep: got %d (%s)", depth, r.Code, r.Message)
			}
		}
		c.answersRaw(codeDone, listBody)
	})
	t.Run("an Action that is missing or unknown is 1000", func(t *testing.T) {
		c := newClient(t, server)
		for _, body := range []string{
			`{}`, `{"Action":""}`, `{"Action":null}`, `{"Action":"Nothing"}`, `{"Action":5}`, `{"Action":true}`,
			`{"Action":["FetchList"]}`, `{"Action":{"FetchList":1}}`, `{"Action":"fetchlist","flag":1,"pageno":1,"pagesize":1}`,
			`{"Action":"FetchList ","flag":1,"pageno":1,"pagesize":1}`, `{"flag":1,"pageno":1,"pagesize":1}`,
		} {
			if r := c.answersRaw(codeBadParameter, []byte(body)); r.Message == "" {
				t.Errorf("%s: refused without a message", body)
			}
		}
	})
	t.Run("field names are case-sensitive", func(t *testing.T) {
		c := newClient(t, server)
		c.answersRaw(codeBadParameter, []byte(`{"action":"FetchList","flag":1,"pageno":1,"pagesize":1}`))
		c.answersRaw(codeBadParameter, []byte(`{"ACTION":"FetchList","flag":1,"pageno":1,"pagesize":1}`))
		c.answersRaw(codeBadParameter, []byte(`{"Action":"FetchList","Flag":1,"pageno":1,"pagesize":1}`))
		c.answersRaw(codeBadParameter, []byte(`{"Action":"FetchList","flag":1,"pageNo":1,"pagesize":1}`))
	})
	t.Run("a field in another case is another field", func(t *testing.T) {
		c := newClient(t, server)
		mine, other := c.onlineAnchor(), c.onlineAnchor()
		for _, body := range []string{
			`{"Action":"GetUserInfo","userid":"` + mine.id + `","type":0,"UserID":"` + other.id + `","USERID":5}`,
			`{"USERID":5,"UserID":"` + other.id + `","Type":9,"action":"Nothing","type":0,"userid":"` + mine.id + `","Action":"GetUserInfo"}`,
		} {
			if got := c.rowOf(c.answersRaw(codeDone, []byte(body))).UserID; got != mine.id {
				t.Errorf("%s: got %s", body, got)
			}
		}
	})
	t.Run("unknown fields are ignored", func(t *testing.T) {
		newClient(t, server).answersRaw(codeDone, []byte(
			`{"x":null,"":1,"n":1e300,"list":[{"a":[]}],"pagesize":1,"pageno":1,"flag":1,"userid":{},"Action":"FetchList","z":"ü"}`))
	})
}

// paddedField is a good request of exactly size bytes, filled up with an unknown field.
func paddedField(size int) []byte {
	head, tail := `{"Action":"FetchList","flag":1,"pageno":1,"pagesize":1,"padding":"`, `"}`
	return []byte(head + strings.Repeat("x", size-len(head)-len(tail)) + tail)
}

// paddedSpace is a good request of exactly size bytes, filled up with spaces.
func paddedSpace(size int) []byte {
	return append(bytes.Clone(listBody), bytes.Repeat([]byte(" "), size-len(listBody))...)
}
