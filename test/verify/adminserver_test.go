package verify_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// ofTheProcess are the operations that only a whole process can answer, and no golden file has.
var ofTheProcess = []string{"GET /api/events", "GET /api/metrics", "GET /api/openapi.yaml", "GET /api/process", "GET /backup"}

const adminSecret = "sixteen-and-more"

// A server is asked everything, with the secret and without; the answers are what the document says.
func TestAServerAnswersAsTheOpenAPIOfTheAdminAPISays(t *testing.T) {
	server := start(t, map[string]string{"XZB_LISTEN_ADMIN": "127.0.0.1:0", "XZB_ADMIN_SECRET": adminSecret})
	api := readDocument(t, adminAPI)
	ask := func(o operation, secret, query, body string) exchange {
		t.Helper()
		return server.askAdmin(t, o, secret, query, body)
	}
	for _, o := range adminOperations(t, api) {
		body := ""
		if _, has := o.described["requestBody"]; has {
			encoded, err := json.Marshal(api.example(o))
			if err != nil {
				t.Fatal(err)
			}
			body = string(encoded)
		}
		if one := ask(o, "", "user=tom", body); one.status != "401" {
			t.Errorf("without the secret %s is answered %s", o.name, one.status)
		} else {
			api.answered(t, o, one)
		}
		one := ask(o, adminSecret, "user=tom", body) // an example of a deed concerns a user whom nobody knows
		api.answered(t, o, one)
		if slices.Contains(ofTheProcess, o.name) && one.status != "200" {
			t.Errorf("%s is answered %s: %.200s", o.name, one.status, one.said)
		}
		switch o.name {
		case "GET /api/openapi.yaml":
			if one.said != read(t, adminAPI) {
				t.Errorf("%s is not %s", o.name, adminAPI)
			}
		case "GET /api/events":
			api.answered(t, o, ask(o, adminSecret, "flag=9", ""))
		case "POST /api/action":
			if one := ask(o, adminSecret, "", strings.Repeat(" ", 70_000)); one.status != "400" {
				t.Errorf("a body of 70,000 bytes is answered %s", one.status)
			} else {
				api.answered(t, o, one)
			}
		}
	}
}

// askAdmin asks the admin listener, and reads the first part of what goes on.
func (s server) askAdmin(t *testing.T, o operation, secret, query, body string) exchange {
	t.Helper()
	method, path, _ := strings.Cut(o.name, " ")
	request, err := http.NewRequestWithContext(t.Context(), method, s.admin+path+"?"+query, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if secret != "" {
		request.Header.Set("Authorization", "Bearer "+secret)
	}
	reply, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	kind := reply.Header.Get("Content-Type")
	var said bytes.Buffer
	if strings.HasPrefix(kind, "text/event-stream") {
		_, err = io.CopyN(&said, reply.Body, 1)
	} else {
		_, err = said.ReadFrom(reply.Body)
	}
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(kind, "text/plain; version=") { // the format is asked for
		kind = "text/plain"
	}
	return exchange{name: "a server", route: o.name, query: query, body: body, status: strconv.Itoa(reply.StatusCode), kind: kind, said: said.String()}
}

// example is what the document shows of a request.
func (d openAPIDoc) example(o operation) any {
	d.t.Helper()
	content := o.described["requestBody"].(object)["content"].(object)["application/json"].(object)
	if content["example"] == nil {
		d.t.Fatalf("%s has no example of %s", d.name, o.name)
	}
	return content["example"]
}
