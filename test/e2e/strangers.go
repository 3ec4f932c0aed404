package e2e

import (
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
)

// rpcSecret is what services in processes of their own ask of the gateway.
const rpcSecret = "e2e-secret-between-processes"

// callsOfStrangers are a write, or what gives most away, of each service.
var callsOfStrangers = map[string]struct{ method, body string }{
	"stream":  {"stream.Pages", `[{"kind":"live","size":10}]`},
	"counter": {"counter.Add", `[{"key":{"name":"live\u0000tom","session":9007199254740991},"delta":0}]`},
	"room":    {"room.Enter", `[{"key":{"name":"live\u0000tom","session":9007199254740991},"user":"bot"}]`},
	"signing": {"signing.Push", `"tom"`},
}

// HearNoStranger checks that the services of a deployment answer nobody but the gateway, and that a gateway
// without their secret says so and blames no client for it.
func HearNoStranger(t *testing.T, programs Programs) {
	deployment := Deployment{Programs: programs, Split: true, Copies: 1, Store: Bbolt}
	server := deployment.Start(t, nil).(*system)
	services := server.groups[:len(server.groups)-1]
	for _, service := range services {
		t.Run(service.role.program, func(t *testing.T) {
			call := callsOfStrangers[service.role.program]
			for name, authorization := range map[string]string{
				"no secret": "", "another": "Bearer " + rpcSecret + "x", "the wrong scheme": "Basic " + rpcSecret,
			} {
				status, body := callService(t, service.address(), call.method, call.body, authorization)
				if status != http.StatusUnauthorized || !strings.Contains(body, `"denied"`) || len(body) > 100 {
					t.Errorf("%s: status %d: %s", name, status, body)
				}
			}
			if status, body := callService(t, service.address(), call.method, call.body, "Bearer "+rpcSecret); status == http.StatusUnauthorized || status == http.StatusNotFound {
				t.Errorf("the secret itself: status %d: %s", status, body)
			}
			if log := service.copies[0].log.tail(); !strings.Contains(log, "a caller was refused") {
				t.Errorf("the log does not tell of strangers: %s", log)
			}
		})
	}
	t.Run("a gateway", func(t *testing.T) { strangeGateway(t, programs, server) })
}

func callService(t *testing.T, address, method, body, authorization string) (status int, reply string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/rpc/"+method, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

func strangeGateway(t *testing.T, programs Programs, server *system) {
	const another = "e2e-secret-of-somebody-else"
	settings := maps.Clone(server.settings)
	for _, service := range server.groups[:len(server.groups)-1] {
		settings[service.role.setting] = service.address()
	}
	settings["XZB_RPC_SECRET"], settings["XZB_ACTION_TIMEOUT"] = another, "1s"
	gateway := newChild(programs, split[len(split)-1])
	gateway.start(t, settings)
	t.Cleanup(func() { gateway.end(t, []string{another, rpcSecret}) })
	gateway.await(t)

	c := newClient(t, &system{settings: settings, http: "http://" + gateway.address(), ops: gateway.opsURL()})
	a := newClient(t, server).onlineAnchor()
	for _, example := range calls(a) {
		c.refuses(codeTimeout, example.action, example.fields)
	}
	if log := gateway.log.tail(); !strings.Contains(log, "a service does not know us") || !strings.Contains(log, `"level":"ERROR"`) {
		t.Errorf("the log does not say what is wrong: %s", log)
	}
}
