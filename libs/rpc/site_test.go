package rpc_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"go.opentelemetry.io/otel/metric/noop"

	"xiaozhibo.dev/libs/listen/pipe"
	"xiaozhibo.dev/libs/rpc"
)

// site is a network in memory. In a bubble its time passes only when everybody
// waits.
type site struct {
	mu     sync.Mutex
	names  map[string][]string // what name servers say
	mute   bool                // name servers do not answer
	copies map[string]*replica // by "ip:port"; none else can be reached
	dialed []string            // in order, also in vain
}

// replica is a copy of a service. What answer does not write is "{}".
type replica struct {
	*pipe.Listener
	server *http.Server
	mu     sync.Mutex
	asked  []string // the time-out of each call
}

// end is one end of a connection, which knows whom it leads to.
type end struct {
	net.Conn
	remote string
}

func (e end) RemoteAddr() net.Addr {
	address, _ := net.ResolveTCPAddr("tcp", e.remote)
	return address
}

func (r *replica) connect(address string) (net.Conn, error) {
	client, err := r.Dial(context.Background(), nil)
	if err != nil {
		return nil, fmt.Errorf("dial %s: connection refused", address)
	}
	return end{client, address}, nil
}

func newSite() *site { return &site{names: map[string][]string{}, copies: map[string]*replica{}} }

// run starts a copy, until the test ends or it is killed.
func (s *site) run(t *testing.T, address string, answer http.HandlerFunc) *replica {
	t.Helper()
	r := &replica{Listener: pipe.New()}
	r.server = &http.Server{
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			io.Copy(io.Discard, req.Body)
			r.mu.Lock()
			r.asked = append(r.asked, req.Header.Get("Xzb-Timeout-Ms"))
			r.mu.Unlock()
			answer(w, req)
		}),
	}
	s.mu.Lock()
	s.copies[address] = r
	s.mu.Unlock()
	go r.server.Serve(r.Listener)
	synctest.Wait()
	t.Cleanup(r.kill)
	return r
}

func (r *replica) kill() { r.server.Close() }

func (r *replica) calls() int { return len(r.timeouts()) }

func (r *replica) timeouts() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.asked)
}

func (s *site) dial(_ context.Context, _, address string) (net.Conn, error) {
	s.mu.Lock()
	s.dialed = append(s.dialed, address)
	r := s.copies[address]
	s.mu.Unlock()
	if r == nil {
		return nil, fmt.Errorf("dial %s: connection refused", address)
	}
	return r.connect(address)
}

func (s *site) lookup(ctx context.Context, host string) ([]string, error) {
	s.mu.Lock()
	ips, mute := s.names[host], s.mute
	s.mu.Unlock()
	switch {
	case mute:
		<-ctx.Done()
		return nil, &net.DNSError{Err: "i/o timeout", Name: host, IsTimeout: true}
	case len(ips) == 0:
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	return ips, nil
}

// client is of the upstream "notes".
func (s *site) client(t *testing.T, addresses ...string) *rpc.Client {
	t.Helper()
	client, err := rpc.NewUpstreamOn(s.lookup, s.dial, addresses, noop.Meter{}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// The ways to answer.

func well(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"text":"well"}`) }

func cutOff(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// never answers while the caller is there.
func never(_ http.ResponseWriter, req *http.Request) { <-req.Context().Done() }

func refusal(status int, code string) http.HandlerFunc {
	return answers(status, fmt.Sprintf(`{"code":%q,"message":"sorry"}`, code))
}
