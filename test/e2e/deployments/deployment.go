// Package deployments runs the programs on this machine, in each way that they can be deployed.
package deployments

import (
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"xiaozhibo.dev/test/e2e/client"
)

// RPCSecret is what services in processes of their own ask of the gateway.
const RPCSecret = "e2e-secret-between-processes"

// actionTimeout is longer than the default, which a machine that is busy with other tests may need for an Action that
// nothing is wrong with. What must fail in time has the default.
const actionTimeout = "30s"

// Deployment is one way to run the system on this machine.
type Deployment struct {
	Programs Programs
	Split    bool // five programs, not one
	// Copies of every program, 1 at least. Several are behind a round-robin each, and need a Store they can
	// share.
	Copies int
	Store  Store
	// Settings are on top of the Defaults, for all servers.
	Settings map[string]string
}

// Store returns the settings of an empty store of its own.
type Store func(t testing.TB) map[string]string

// Bbolt is the Store in a temporary folder. One process alone can use a file.
func Bbolt(t testing.TB) map[string]string {
	t.Helper()
	return map[string]string{"XZB_STORE": "bbolt", "XZB_DATA_DIR": t.TempDir()}
}

// Redis is the Store in the Redis at addr, host:port, of that user, under keys of its own.
func Redis(addr, username, password string) Store {
	return func(testing.TB) map[string]string {
		return map[string]string{
			"XZB_STORE": "redis", "XZB_REDIS_ADDRS": addr, "XZB_REDIS_PREFIX": client.NewID("e2e") + ":",
			"XZB_REDIS_USERNAME": username, "XZB_REDIS_PASSWORD": password,
		}
	}
}

// Start is a Starter: it runs the programs on ports of their own and an empty store, until t ends. Then each
// program must stop in time with exit status 0, and its log must hold no secret and no signature it issued.
func (d Deployment) Start(t *testing.T, settings map[string]string) client.Server {
	t.Helper()
	all := client.Defaults()
	all["XZB_ACTION_TIMEOUT"] = actionTimeout
	if d.Split {
		all["XZB_RPC_SECRET"] = RPCSecret
	}
	maps.Copy(all, d.Settings)
	maps.Copy(all, settings)
	maps.Copy(all, d.Store(t))
	maps.Copy(all, map[string]string{
		"XZB_LISTEN_HTTP": "127.0.0.1:0",
		"XZB_LISTEN_RPC":  "127.0.0.1:0",
		"XZB_LISTEN_OPS":  "127.0.0.1:0",
	})
	s := &System{Settings: all}
	roles := alone
	if d.Split {
		roles = Split
	}
	for _, role := range roles {
		g := &group{Role: role}
		for range d.Copies {
			g.Copies = append(g.Copies, NewChild(d.Programs, role))
		}
		if d.Copies > 1 {
			g.balancer = newBalancer(t)
		}
		s.Groups = append(s.Groups, g)
	}
	t.Cleanup(func() { s.end(t) })
	s.Launch(t)
	return s
}

// group is a program in all its copies.
type group struct {
	Role     role
	Copies   []*Child
	balancer *balancer // nil before a single copy
}

// launch starts all copies and returns when they are ready.
func (g *group) launch(t testing.TB, settings map[string]string) {
	t.Helper()
	for _, c := range g.Copies {
		c.Start(t, settings)
	}
}

func (g *group) await(t testing.TB) {
	t.Helper()
	for _, c := range g.Copies {
		c.Await(t)
	}
	g.direct()
}

// direct lets all copies, which are ready, be reached.
func (g *group) direct() {
	if g.balancer == nil {
		return
	}
	addresses := []string{}
	for _, c := range g.Copies {
		addresses = append(addresses, c.Address())
	}
	g.balancer.to(addresses)
}

// Address is where all copies are reached, host:port.
func (g *group) Address() string {
	if g.balancer != nil {
		return g.balancer.address()
	}
	return g.Copies[0].Address()
}

// System is a Server whose programs run as children of the test.
type System struct {
	Settings map[string]string
	Groups   []*group // the last is the one that clients reach

	mu        sync.Mutex
	HTTP, Ops string
}

func (s *System) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.HTTP
}

func (s *System) OpsURL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Ops
}

func (s *System) Setting(name string) string {
	if path := s.Settings[name+"_FILE"]; path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return "" // the server says so itself
		}
		return strings.TrimSuffix(string(text), "\n")
	}
	return s.Settings[name]
}

func (s *System) Conceal(signature string) {
	for _, c := range s.Children() {
		c.Log.conceal(signature)
	}
}

func (s *System) Restart(t testing.TB) {
	t.Helper()
	for _, c := range slices.Backward(s.Children()) { // each before what it calls
		if err := c.Stop(); err != nil {
			t.Fatal(err)
		}
	}
	s.Launch(t)
}

func (s *System) Kill(t testing.TB) {
	t.Helper()
	for _, c := range s.Children() {
		c.Kill(t)
	}
	for _, c := range s.Children() {
		c.Bury()
	}
	s.Launch(t)
}

func (s *System) Children() (children []*Child) {
	for _, g := range s.Groups {
		children = append(children, g.Copies...)
	}
	return children
}

// Launch starts the services together, and then what clients reach, which must be told where they are.
func (s *System) Launch(t testing.TB) {
	t.Helper()
	last := len(s.Groups) - 1
	services, clients := s.Groups[:last], s.Groups[last]
	for _, g := range services {
		g.launch(t, s.Settings)
	}
	settings := maps.Clone(s.Settings)
	for _, g := range services {
		g.await(t)
		settings[g.Role.Setting] = g.Address()
	}
	clients.launch(t, settings)
	clients.await(t)

	s.mu.Lock()
	defer s.mu.Unlock()
	s.HTTP, s.Ops = "http://"+clients.Address(), clients.Copies[0].OpsURL()
}

// end stops the programs with the test that started them and looks at what they left behind.
func (s *System) end(t testing.TB) {
	t.Helper()
	var secrets []string
	for _, name := range client.SecretSettings() {
		if value := s.Setting(name); value != "" {
			secrets = append(secrets, value)
		}
	}
	for _, c := range slices.Backward(s.Children()) {
		c.End(t, secrets)
	}
	if t.Failed() {
		for _, c := range s.Children() {
			t.Logf("the end of the log of %s:\n%s", c.Role.Program, c.Log.Tail())
		}
	}
}
