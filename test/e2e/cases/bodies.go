package cases

import (
	"bytes"
	"strings"
	"testing"

	"xiaozhibo.dev/test/e2e/client"
)

// bodyLimit is the longest body, in bytes.
const bodyLimit = 65536

func Bodies(t *testing.T, server client.Server) {
	t.Run("what is no JSON object is 4001", func(t *testing.T) {
		c := client.New(t, server)
		for _, body := range []string{
			"", " ", "\n", "[]", "[{}]", `["FetchList"]`, `"FetchList"`, "1", "0", "true", "null", "garbage", "{", "}", "{}}",
			`{"Action":"FetchList"`, `{"Action":"FetchList",}`, `{'Action':'FetchList'}`, `{Action:"FetchList"}`,
			`{"Action":"FetchList"} {"Action":"FetchList"}`, `{"Action":"FetchList"}x`, `{"Action":"FetchList"} // x`,
			"Action=FetchList&flag=1&pageno=1&pagesize=10", `<xml/>`, "\x00", `{"Action":"Fetch` + "\n" + `List"}`,
			`{"Action":"FetchList","flag":NaN}`, `{"Action":"FetchList","flag":01,"pageno":1,"pagesize":1}`,
			strings.Repeat("[", 60000), strings.Repeat(`{"a":`, 10000),
		} {
			c.AnswersRaw(client.CodeBadBody, []byte(body))
		}
	})
	t.Run("space around the object is fine", func(t *testing.T) {
		client.New(t, server).AnswersRaw(client.CodeDone, append([]byte(" \r\n\t"), append(bytes.Clone(listBody), " \r\n"...)...))
	})
	t.Run("a byte order mark is skipped", func(t *testing.T) {
		c := client.New(t, server)
		c.AnswersRaw(client.CodeDone, append([]byte("\xef\xbb\xbf"), listBody...))
		c.AnswersRaw(client.CodeBadBody, []byte("\xef\xbb\xbf"))
	})
	t.Run("a body of 65536 bytes is taken", func(t *testing.T) {
		c := client.New(t, server)
		c.AnswersRaw(client.CodeDone, paddedField(bodyLimit))
		c.AnswersRaw(client.CodeDone, paddedSpace(bodyLimit))
	})
	t.Run("a body of 65537 bytes is 4001", func(t *testing.T) {
		c := client.New(t, server)
		c.AnswersRaw(client.CodeBadBody, paddedField(bodyLimit+1))
		c.AnswersRaw(client.CodeBadBody, paddedSpace(bodyLimit+1))
	})
	t.Run("a body of a mebibyte is 4001", func(t *testing.T) {
		c := client.New(t, server)
		for range 5 {
			c.AnswersRaw(client.CodeBadBody, paddedField(1<<20))
		}
		c.AnswersRaw(client.CodeDone, listBody)
	})
	t.Run("a chunked body over the limit is 4001", func(t *testing.T) {
		c := client.New(t, server)
		for _, size := range []int{bodyLimit + 1, 1 << 20} {
			res, err := c.Exchange("POST", client.ClientPath, nil, struct{ *bytes.Reader }{bytes.NewReader(paddedField(size))})
			if err != nil {
				t.Fatal(err)
			}
			if r, err := c.Parse(res); err != nil || r.Code != client.CodeBadBody {
				t.Errorf("%d chunked bytes: got %d, %v, want %d", size, r.Code, err, client.CodeBadBody)
			}
		}
	})
	t.Run("deep nesting harms nobody", func(t *testing.T) {
		c := client.New(t, server)
		for _, depth := range []int{100, 9000, 30000} {
			nested := strings.Repeat("[", depth) + strings.Repeat("]", depth)
			body := `{"Action":"FetchList","flag":1,"pageno":1,"pagesize":1,"extra":` + nested + "}"
			r, err := c.PostRaw([]byte(body))
			if err != nil {
				t.Fatalf("nested %d deep: %v", depth, err)
			}
			// Whether so deep a body still counts as JSON is the server's choice.
			if r.Code != client.CodeDone && r.Code != client.CodeBadBody {
				t.Errorf("nested %d deep: got %d (%s)", depth, r.Code, r.Message)
			}
		}
		c.AnswersRaw(client.CodeDone, listBody)
	})
	t.Run("an Action that is missing or unknown is 1000", func(t *testing.T) {
		c := client.New(t, server)
		for _, body := range []string{
			`{}`, `{"Action":""}`, `{"Action":null}`, `{"Action":"Nothing"}`, `{"Action":5}`, `{"Action":true}`,
			`{"Action":["FetchList"]}`, `{"Action":{"FetchList":1}}`, `{"Action":"fetchlist","flag":1,"pageno":1,"pagesize":1}`,
			`{"Action":"FetchList ","flag":1,"pageno":1,"pagesize":1}`, `{"flag":1,"pageno":1,"pagesize":1}`,
		} {
			if r := c.AnswersRaw(client.CodeBadParameter, []byte(body)); r.Message == "" {
				t.Errorf("%s: refused without a message", body)
			}
		}
	})
	t.Run("field names are case-sensitive", func(t *testing.T) {
		c := client.New(t, server)
		c.AnswersRaw(client.CodeBadParameter, []byte(`{"action":"FetchList","flag":1,"pageno":1,"pagesize":1}`))
		c.AnswersRaw(client.CodeBadParameter, []byte(`{"ACTION":"FetchList","flag":1,"pageno":1,"pagesize":1}`))
		c.AnswersRaw(client.CodeBadParameter, []byte(`{"Action":"FetchList","Flag":1,"pageno":1,"pagesize":1}`))
		c.AnswersRaw(client.CodeBadParameter, []byte(`{"Action":"FetchList","flag":1,"pageNo":1,"pagesize":1}`))
	})
	t.Run("a field in another case is another field", func(t *testing.T) {
		c := client.New(t, server)
		mine, other := c.OnlineAnchor(), c.OnlineAnchor()
		for _, body := range []string{
			`{"Action":"GetUserInfo","userid":"` + mine.ID + `","type":0,"UserID":"` + other.ID + `","USERID":5}`,
			`{"USERID":5,"UserID":"` + other.ID + `","Type":9,"action":"Nothing","type":0,"userid":"` + mine.ID + `","Action":"GetUserInfo"}`,
		} {
			if got := c.RowOf(c.AnswersRaw(client.CodeDone, []byte(body))).UserID; got != mine.ID {
				t.Errorf("%s: got %s", body, got)
			}
		}
	})
	t.Run("unknown fields are ignored", func(t *testing.T) {
		client.New(t, server).AnswersRaw(client.CodeDone, []byte(
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
