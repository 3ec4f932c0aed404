package cases

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"xiaozhibo.dev/test/e2e/client"
	"xiaozhibo.dev/test/e2e/deployments"
)

// callsOfStrangers are a write, or what gives most away, of each service.
var callsOfStrangers = map[string]struct{ method, body string }{
	"stream":  {"stream.Pages", `[{"kind":"live","size":10}]`},
	"counter": {"counter.Add", `[{"key":{"name":"live\u0000tom","session":9007199254740991},"delta":0}]`},
	"room":    {"room.Enter", `[{"key":{"name":"live\u0000tom","session":9007199254740991},"user":"bot"}]`},
	"signing": {"signing.Push", `"tom"`},
}

// HearNoStranger checks that the services of a deployment that is split answer nobody but the gateway, and that a
// gateway without their secret says so and blames no client for it.
func HearNoStranger(t *testing.T, deployment deployments.Deployment) {
	server := deployment.Start(t, nil).(*deployments.System)
	services := server.Groups[:len(server.Groups)-1]
	for _, service := range services {
		t.Run(service.Role.Program, func(t *testing.T) {
			call := callsOfStrangers[service.Role.Program]
			for name, authorization := range map[string]string{
				"no secret": "", "another": "Bearer " + deployments.RPCSecret + "x", "the wrong scheme": "Basic " + deployments.RPCSecret,
			} {
				status, body := callService(t, service.Address(), call.method, call.body, authorization)
				if status != http.StatusUnauthorized || !strings.Contains(body, `"denied"`) || len(body) > 100 {
					t.Errorf("%s: status %d: %s", name, status, body)
				}
				// Nor does it tell which methods there are.
				if other, text := callService(t, service.Address(), service.Role.Program+".Nothing", "{", authorization); other != status || text != body {
					t.Errorf("%s: a method that is none: status %d: %s", name, other, text)
				}
			}
			if status, body := callService(t, service.Address(), call.method, call.body, "Bearer "+deployments.RPCSecret); status == http.StatusUnauthorized || status == http.StatusNotFound {
				t.Errorf("the secret itself: status %d: %s", status, body)
			}
			if !slices.ContainsFunc(service.Copies, func(c *deployments.Child) bool { return strings.Contains(c.Log.Tail(), "a caller was refused") }) {
				t.Errorf("no log tells of strangers: %s", service.Copies[0].Log.Tail())
			}
		})
	}
	t.Run("a gateway", func(t *testing.T) { strangeGateway(t, deployment.Programs, server) })
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

func strangeGateway(t *testing.T, programs deployments.Programs, server *deployments.System) {
	const another = "e2e-secret-of-somebody-else"
	settings := maps.Clone(server.Settings)
	for _, service := range server.Groups[:len(server.Groups)-1] {
		settings[service.Role.Setting] = service.Address()
	}
	settings["XZB_RPC_SECRET"], settings["XZB_ACTION_TIMEOUT"] = another, "1s"
	gateway := deployments.NewChild(programs, deployments.Split[len(deployments.Split)-1])
	gateway.Start(t, settings)
	t.Cleanup(func() { gateway.End(t, []string{another, deployments.RPCSecret}) })
	gateway.Await(t)

	c := client.New(t, &deployments.System{Settings: settings, HTTP: "http://" + gateway.Address(), Ops: gateway.OpsURL()})
	a := client.New(t, server).OnlineAnchor()
	for _, example := range calls(a) {
		c.Refuses(client.CodeTimeout, example.action, example.fields)
	}
	if log := gateway.Log.Tail(); !strings.Contains(log, "a service does not know us") || !strings.Contains(log, `"level":"ERROR"`) {
		t.Errorf("the log does not say what is wrong: %s", log)
	}
}
