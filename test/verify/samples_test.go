package verify_test

import (
	"bytes"
	"crypto/md5" // the live platform's choice
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// callbackKey is the one of deploy/demo.yaml, which samples are signed with.
const callbackKey = "testcallbackkey"

// Every sample is sent to a server as `make run` starts it, in the order of the document, and the reply must be the one
// that is shown but for times and signatures.
func TestTheSamplesOfTheProtocolAreTrue(t *testing.T) {
	servers := newServers(t)
	shown := map[string]bool{}
	for _, one := range sections(t, protocolNames[0]) {
		blocks := slices.DeleteFunc(one.blocks, func(text string) bool { return strings.HasPrefix(text, "curl ") })
		for pair := range slices.Chunk(blocks, 2) {
			if len(pair) < 2 {
				t.Fatalf("%q has a request without a reply: %s", one.title, pair)
			}
			request, want := compact(t, pair[0]), compact(t, pair[1])
			shown[golden{reply: want}.code()] = true
			got := servers.send(t, request, want)
			if volatile(got) != volatile(want) {
				t.Errorf("%q: %s\nis answered\n%s\nand the document says\n%s", one.title, request, got, want)
			}
		}
	}
	for _, code := range first(returnRow.FindAllStringSubmatch(read(t, protocolNames[0]), -1)) {
		if !shown[code] {
			t.Errorf("%s has no sample that is answered %s", protocolNames[0], code)
		}
	}
}

func TestOpenAPIHasTheSamplesOfTheProtocol(t *testing.T) {
	api := readOpenAPI(t)
	shown := api.at("components", "requestBodies", "Action", "content", "application/json", "examples")
	for _, action := range actions(t) {
		example, there := shown[action].(object)
		if !there {
			t.Errorf("%s has no example of %s", openAPI, action)
			continue
		}
		mustBeSample(t, action, example["value"], sectionOf(t, protocolNames[0], action).blocks)
	}
	events := api.at("components", "requestBodies", "Event", "content", "application/json", "examples")
	for name, example := range events {
		mustBeSample(t, name, example.(object)["value"], sections(t, protocolNames[0])[len(sections(t, protocolNames[0]))-1].blocks)
	}
}

// mustBeSample wants an example among the blocks of a section.
func mustBeSample(t *testing.T, name string, example any, blocks []string) {
	t.Helper()
	encoded, err := json.Marshal(example)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(blocks, func(block string) bool {
		sample, err := json.Marshal(fromJSON(t, block))
		return err == nil && bytes.Equal(sample, encoded)
	}) {
		t.Errorf("%s has an example of %s that is no sample of %s: %s", openAPI, name, protocolNames[0], encoded)
	}
}

// What the READMEs show is answered last is what the last of their requests is answered.
func TestTheAnswerInTheREADMEsIsTrue(t *testing.T) {
	server := start(t, map[string]string{"XZB_PUSH_DOMAIN": "127.0.0.1:1935", "XZB_PLAY_DOMAIN": "127.0.0.1:8088"}) // as make run
	got, want := "", ""
	for _, found := range block.FindAllStringSubmatch(read(t, readmeNames[0]), -1) {
		if found[1] == "json" {
			want = compact(t, found[2])
		}
		for _, curl := range regexp.MustCompile(`(?m)^curl localhost:8080/interface.php -d '(.*)'$`).FindAllStringSubmatch(found[2], -1) {
			got = server.post(t, "/interface.php", curl[1])
		}
	}
	if want == "" || volatile(got) != volatile(want) {
		t.Errorf("the last request of %s is answered\n%s\nand it says\n%s", readmeNames[0], got, want)
	}
}

// servers are one for most samples and those that are short of something.
type servers struct {
	whole, hurried, keyless, limited, guarded server
}

func newServers(t *testing.T) servers {
	t.Helper()
	return servers{
		whole:   start(t, nil),
		hurried: start(t, map[string]string{"XZB_ACTION_TIMEOUT": "1ns"}),
		keyless: start(t, map[string]string{"XZB_COS_APPID": "", "XZB_COS_BUCKET": "", "XZB_COS_SECRET_ID": "", "XZB_COS_SECRET_KEY": ""}),
		limited: start(t, map[string]string{"XZB_RATE_LIMIT": "1"}),
		guarded: start(t, map[string]string{"XZB_AUTH": "require", "XZB_AUTH_JWT_KEY": strings.Repeat("key ", 8)}),
	}
}

// send sends a request to the server that the wanted reply needs.
func (s servers) send(t *testing.T, request, want string) string {
	t.Helper()
	if strings.Contains(request, `"event_type"`) {
		return s.whole.post(t, "/callback", fresh(t, request, want))
	}
	to := s.whole
	switch (golden{reply: want}).code() {
	case unavailable:
		to = s.hurried
	case internal:
		to = s.keyless
	case notAllowed:
		to = s.guarded
	case tooMany:
		to = s.limited
		for range 20 { // the next of them may be the first of a second
			if reply := to.post(t, "/interface.php", request); (golden{reply: reply}).code() == tooMany {
				return reply
			}
		}
	}
	return to.post(t, "/interface.php", request)
}

// fresh is an event whose times are moved, all by as much, so that it has not yet expired; unless it is to be refused. It
// must be signed, and is signed anew.
func fresh(t *testing.T, request, want string) string {
	t.Helper()
	fields := fromJSON(t, request).(object)
	signed, _ := fields["t"].(json.Number).Int64()
	if sign := eventSign(signed); fields["sign"] != sign {
		t.Errorf("the sign of %s is not %s", request, sign)
	}
	if strings.Contains(want, "403") {
		return request
	}
	later := time.Now().Add(10*time.Minute).Unix() - signed
	for _, name := range []string{"t", "event_time", "start_time", "end_time"} {
		if at, there := fields[name].(json.Number); there {
			seconds, _ := at.Int64()
			fields[name] = seconds + later
		}
	}
	fields["sign"] = eventSign(signed + later)
	encoded, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

func eventSign(at int64) string {
	sum := md5.Sum(fmt.Append([]byte(callbackKey), at))
	return hex.EncodeToString(sum[:])
}

// Words of a refused event are for people.
var volatileParts = regexp.MustCompile(`"timestamp":\d+|"message":"[^"]+"|txSecret=[0-9a-f]{32}&txTime=[0-9A-F]{8}|"sign":"[A-Za-z0-9+/=]{100,}"`)

// volatile is a reply without what is another one each time.
func volatile(reply string) string {
	return volatileParts.ReplaceAllStringFunc(reply, func(part string) string { return strings.FieldsFunc(part, notLetter)[0] })
}

func notLetter(r rune) bool { return (r < 'a' || 'z' < r) && (r < 'A' || 'Z' < r) }

func compact(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.Compact(&out, []byte(text)); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return out.String()
}

// post returns the body of the reply.
func (s server) post(t *testing.T, path, body string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	reply, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
