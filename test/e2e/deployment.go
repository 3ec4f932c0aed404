package e2e

import (
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

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
			"XZB_STORE": "redis", "XZB_REDIS_ADDRS": addr, "XZB_REDIS_PREFIX": newID("e2e") + ":",
			"XZB_REDIS_USERNAME": username, "XZB_REDIS_PASSWORD": password,
		}
	}
}

// Start is a Starter: it runs the programs on ports of their own and an empty store, until t ends. Then each
// program must stop in time with exit status 0, and its log must hold no secret and no signature it issued.
func (d Deployment) Start(t *testing.T, settings map[string]string) Server {
	t.Helper()
	all := Defaults()
	if d.Split {
		all["XZB_RPC_SECRET"] = rpcSecret
	}
	maps.Copy(all, d.Settings)
	maps.Copy(all, settings)
	maps.Copy(all, d.Store(t))
	maps.Copy(all, map[string]string{
		"XZB_LISTEN_HTTP": "127.0.0.1:0",
		"XZB_LISTEN_RPC":  "127.0.0.1:0",
		"XZB_LISTEN_OPS":  "127.0.0.1:0",
	})
	s := &system{settings: all}
	roles := alone
	if d.Split {
		roles = split
	}
	for _, role := range roles {
		g := &group{role: role}
		for range d.Copies {
			g.copies = append(g.copies, newChild(d.Programs, role))
		}
		if d.Copies > 1 {
			g.balancer = newBalancer(t)
		}
		s.groups = append(s.groups, g)
	}
	t.Cleanup(func() { s.end(t) })
	s.launch(t)
	return s
}

// group is a program in all its copies.
type group struct {
	role     role
	copies   []*child
	balancer *balancer // nil before a single copy
}

// launch starts all copies and returns when they are ready.
func (g *group) launch(t testing.TB, settings map[string]string) {
	t.Helper()
	for _, c := range g.copies {
		c.start(t, settings)
	}
}

func (g *group) await(t testing.TB) {
	t.Helper()
	addresses := []string{}
	for _, c := range g.copies {
		c.await(t)
		addresses = append(addresses, c.address())
	}
	if g.balancer != nil {
		g.balancer.to(addresses)
	}
}

// address is where all copies are reached, host:port.
func (g *group) address() string {
	if g.balancer != nil {
		return g.balancer.address()
	}
	return g.copies[0].address()
}

// system is a Server whose programs run as children of the test.
type system struct {
	settings map[string]string
	groups   []*group // the last is the one that clients reach

	mu        sync.Mutex
	http, ops string
}

func (s *system) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.http
}

func (s *system) OpsURL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ops
}

func (s *system) Setting(name string) string {
	if path := s.settings[name+"_FILE"]; path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return "" // the server says so itself
		}
		return strings.TrimSuffix(string(text), "\n")
	}
	return s.settings[name]
}

func (s *system) Conceal(signature string) {
	for _, c := range s.children() {
		c.log.conceal(signature)
	}
}

func (s *system) Restart(t testing.TB) {
	t.Helper()
	for _, c := range slices.Backward(s.children()) { // each before what it calls
		if err := c.stop(); err != nil {
			t.Fatal(err)
		}
	}
	s.launch(t)
}

func (s *system) Kill(t testing.TB) {
	t.Helper()
	for _, c := range s.children() {
		c.kill(t)
	}
	for _, c := range s.children() {
		c.bury()
	}
	s.launch(t)
}

func (s *system) children() (children []*child) {
	for _, g := range s.groups {
		children = append(children, g.copies...)
	}
	return children
}

// launch starts the services together, and then what clients reach, which must be told where they are.
func (s *system) launch(t testing.TB) {
	t.Helper()
	last := len(s.groups) - 1
	services, clients := s.groups[:last], s.groups[last]
	for _, g := range services {
		g.launch(t, s.settings)
	}
	settings := maps.Clone(s.settings)
	for _, g := range services {
		g.await(t)
		settings[g.role.setting] = g.address()
	}
	clients.launch(t, settings)
	clients.await(t)

	s.mu.Lock()
	defer s.mu.Unlock()
	s.http, s.ops = "http://"+clients.address(), clients.copies[0].opsURL()
}

// end stops the programs with the test that started them and looks at what they left behind.
func (s *system) end(t testing.TB) {
	t.Helper()
	var secrets []string
	for _, name := range secretSettings() {
		if value := s.Setting(name); value != "" {
			secrets = append(secrets, value)
		}
	}
	for _, c := range slices.Backward(s.children()) {
		c.end(t, secrets)
	}
	if t.Failed() {
		for _, c := range s.children() {
			t.Logf("the end of the log of %s:\n%s", c.role.program, c.log.tail())
		}
	}
}
