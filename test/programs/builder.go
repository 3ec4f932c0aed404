package programs

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"xiaozhibo.dev/libs/freeport"
)

// Builder starts servers on ports of their own.
type Builder struct {
	Bin         string        // folder of the programs that make build made
	Folder      string        // for data
	Cores       string        // that the programs may run on, as taskset takes them; "" is all
	Port        int           // the first of the free ports on 127.0.0.1
	Certificate string        // file with certificate and key of HTTPS; "" is HTTP
	Settings    []string      // of every program, KEY=value; they win over what is set here
	Limit       time.Duration // for each program to get ready; 0 is three minutes

	next int
}

// Address takes the next port.
func (b *Builder) Address() string {
	if b.Port == 0 {
		port, err := freeport.Take(context.Background())
		if err != nil {
			port = 0 // whoever listens there will say why it cannot
		}
		return "127.0.0.1:" + strconv.Itoa(port)
	}
	b.next++
	return "127.0.0.1:" + strconv.Itoa(b.Port+b.next-1)
}

// Actions is the URL that Actions are posted to.
func (b *Builder) Actions(address string) string {
	if b.Certificate != "" {
		return "https://" + address + "/interface.php"
	}
	return "http://" + address + "/interface.php"
}

// listen are the settings of the public listener.
func (b *Builder) listen(address string) []string {
	if b.Certificate == "" {
		return []string{"XZB_LISTEN_HTTP=" + address}
	}
	return []string{"XZB_LISTEN_HTTP=off", "XZB_LISTEN_HTTPS=" + address, "XZB_TLS_CERT_FILE=" + b.Certificate, "XZB_TLS_KEY_FILE=" + b.Certificate}
}

// The keys are those of a laptop; of what bounds a client nothing is left, for
// here one client is all there are.
var signing = []string{
	"XZB_PUSH_KEY=testpushkey", "XZB_PLAY_KEY=testplaykey", "XZB_CALLBACK_KEY=testcallbackkey",
	"XZB_COS_APPID=1250000000", "XZB_COS_BUCKET=demo", "XZB_COS_SECRET_ID=AKIDEXAMPLE", "XZB_COS_SECRET_KEY=SECRETEXAMPLE",
	"XZB_BIZID=8888", "XZB_PUSH_DOMAIN=8888.livepush.myqcloud.com", "XZB_PLAY_DOMAIN=8888.liveplay.myqcloud.com",
	"XZB_MAX_OPENS_PER_USER=0", "XZB_MAX_NEW_ANCHORS_PER_ADDRESS=0",
}

// Alone starts everything in one process, on bbolt. What has started is in the
// server even if there is an error, to be stopped.
func (b *Builder) Alone(ctx context.Context) (*Server, error) {
	address := b.Address()
	s := &Server{URL: b.Actions(address)}
	settings := append(b.listen(address), "XZB_STORE=bbolt", "XZB_DATA_DIR="+filepath.Join(b.Folder, "bbolt"))
	return s, b.program(ctx, s, "xiaozhibo", settings)
}

// Split starts a program for each service and the gateway, on a Redis of their
// own. What has started is in the server even if there is an error, to be stopped.
func (b *Builder) Split(ctx context.Context) (*Server, error) {
	s, redis := &Server{}, b.Address()
	_, port, _ := net.SplitHostPort(redis)
	if err := b.Launch(ctx, s, "redis", nil, func(ctx context.Context) error { return dial(ctx, redis) },
		"redis-server", "--bind", "127.0.0.1", "--port", port, "--dir", b.Folder, "--appendonly", "yes", "--save", ""); err != nil {
		return s, err
	}
	store := []string{"XZB_STORE=redis", "XZB_REDIS_ADDRS=" + redis}
	address := b.Address()
	s.URL = b.Actions(address)
	gateway := b.listen(address)
	for _, service := range []string{"stream", "counter", "room", "signing"} {
		rpc := b.Address()
		if err := b.program(ctx, s, service, append([]string{"XZB_LISTEN_RPC=" + rpc}, store...)); err != nil {
			return s, err
		}
		gateway = append(gateway, "XZB_"+strings.ToUpper(service)+"_ADDRS="+rpc)
	}
	return s, b.program(ctx, s, "gateway", gateway)
}

// program starts one of our programs, which becomes the one that clients reach.
func (b *Builder) program(ctx context.Context, s *Server, name string, settings []string) error {
	ops := b.Address()
	s.Ops = "http://" + ops
	all := append(append(settings, "XZB_LISTEN_OPS="+ops), signing...)
	return b.Launch(ctx, s, name, append(all, b.Settings...), func(ctx context.Context) error {
		return get(ctx, "http://"+ops+"/readyz")
	}, filepath.Join(b.Bin, name))
}

// Launch starts a program with settings, and nothing else, in its environment, adds
// it to a server and waits until it is ready.
func (b *Builder) Launch(
	ctx context.Context, s *Server, name string, settings []string, ready func(context.Context) error, command ...string,
) error {
	p, err := start(ctx, name, b.Cores, settings, command...)
	if err != nil {
		return err
	}
	s.Processes = append(s.Processes, p)
	limit := b.Limit
	if limit == 0 {
		limit = startLimit
	}
	return p.await(ctx, limit, ready)
}

// dial tells whether somebody listens.
func dial(ctx context.Context, address string) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("dial: %w", err)
	}
	return conn.Close()
}

// prober keeps no connection, so that none is counted as a client's.
var prober = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// get tells whether a URL is answered with status 200.
func get(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return fmt.Errorf("get: %w", err)
	}
	resp, err := prober.Do(req)
	if err != nil {
		return fmt.Errorf("get: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if text, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		return fmt.Errorf("get %s: status %d %.300s: %w", url, resp.StatusCode, text, err)
	}
	return nil
}
