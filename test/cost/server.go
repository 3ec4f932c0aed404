package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// server is the programs that one side of the comparison is made of.
type server struct {
	processes []*process
	url       string // of the Actions
	ops       string // of the program that clients reach; "" of the bare handler
}

// builder starts servers on ports of their own.
type builder struct {
	options
	folder      string // for data and files
	certificate string // "" without HTTPS
	next        int
}

func (b *builder) address() string {
	b.next++
	return "127.0.0.1:" + strconv.Itoa(b.port+b.next-1)
}

func (b *builder) actions(address string) string {
	if b.certificate != "" {
		return "https://" + address + "/interface.php"
	}
	return "http://" + address + "/interface.php"
}

// listen are the settings of the public listener.
func (b *builder) listen(address string) []string {
	if b.certificate == "" {
		return []string{"XZB_LISTEN_HTTP=" + address}
	}
	return []string{"XZB_LISTEN_HTTP=off", "XZB_LISTEN_HTTPS=" + address, "XZB_TLS_CERT_FILE=" + b.certificate, "XZB_TLS_KEY_FILE=" + b.certificate}
}

// The keys are those of a laptop; of what bounds a client nothing is left, for
// here one client is all there are.
var signing = []string{
	"XZB_PUSH_KEY=testpushkey", "XZB_PLAY_KEY=testplaykey", "XZB_CALLBACK_KEY=testcallbackkey",
	"XZB_COS_APPID=1250000000", "XZB_COS_BUCKET=demo", "XZB_COS_SECRET_ID=AKIDEXAMPLE", "XZB_COS_SECRET_KEY=SECRETEXAMPLE",
	"XZB_BIZID=8888", "XZB_PUSH_DOMAIN=8888.livepush.myqcloud.com", "XZB_PLAY_DOMAIN=8888.liveplay.myqcloud.com",
	"XZB_MAX_OPENS_PER_USER=0", "XZB_MAX_NEW_ANCHORS_PER_ADDRESS=0",
}

// alone starts everything in one process, on bbolt.
func (b *builder) alone(ctx context.Context) (*server, error) {
	address := b.address()
	s := &server{url: b.actions(address)}
	settings := append(b.listen(address), "XZB_STORE=bbolt", "XZB_DATA_DIR="+filepath.Join(b.folder, "bbolt"))
	return s, b.program(ctx, s, "xiaozhibo", append(settings, signing...))
}

// five starts a program for each service and the gateway, on a Redis of their own.
func (b *builder) five(ctx context.Context) (*server, error) {
	s, redis := &server{}, b.address()
	_, port, _ := net.SplitHostPort(redis)
	if err := b.launch(ctx, s, "redis", nil, func(ctx context.Context) error { return dial(ctx, redis) },
		"redis-server", "--bind", "127.0.0.1", "--port", port, "--dir", b.folder, "--appendonly", "yes", "--save", ""); err != nil {
		return s, err
	}
	store := append([]string{"XZB_STORE=redis", "XZB_REDIS_ADDRS=" + redis}, signing...)
	address := b.address()
	s.url = b.actions(address)
	gateway := b.listen(address)
	for _, service := range []string{"stream", "counter", "room", "signing"} {
		rpc := b.address()
		if err := b.program(ctx, s, service, append([]string{"XZB_LISTEN_RPC=" + rpc}, store...)); err != nil {
			return s, err
		}
		gateway = append(gateway, "XZB_"+strings.ToUpper(service)+"_ADDRS="+rpc)
	}
	return s, b.program(ctx, s, "gateway", gateway)
}

// program starts one of our programs, which becomes the one that clients reach.
func (b *builder) program(ctx context.Context, s *server, name string, settings []string) error {
	ops := b.address()
	s.ops = "http://" + ops
	return b.launch(ctx, s, name, append(settings, "XZB_LISTEN_OPS="+ops), func(ctx context.Context) error {
		_, err := ask(ctx, "http://"+ops+"/readyz", "")
		return err
	}, filepath.Join(b.bin, name))
}

// bare starts the handler that sends the bytes of a file.
func (b *builder) bare(ctx context.Context, reply, request string) (*server, error) {
	address := b.address()
	b.next-- // one after the other, each ended before the next
	s := &server{url: b.actions(address)}
	return s, b.launch(ctx, s, "bare", nil, func(ctx context.Context) error {
		_, err := act(ctx, s.url, request)
		return err
	}, filepath.Join(b.bin, "bare"), "-listen", address, "-reply", reply, "-cert", b.certificate)
}

func (b *builder) launch(ctx context.Context, s *server, name string, settings []string, ready func(context.Context) error, command ...string) error {
	p, err := start(ctx, name, b.serverCores, settings, command...)
	if err != nil {
		return err
	}
	s.processes = append(s.processes, p)
	return p.await(ctx, ready)
}

// dial tells whether somebody listens.
func dial(ctx context.Context, address string) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("dial: %w", err)
	}
	return conn.Close()
}

// spent is the processor time of each process until now.
func (s *server) spent() ([]time.Duration, error) {
	all := make([]time.Duration, len(s.processes))
	for i, p := range s.processes {
		var err error
		if all[i], err = p.spent(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// counted is what the server has answered until now, and how much of it with a failure.
func (s *server) counted(ctx context.Context) (all, failed int, err error) {
	if s.ops == "" {
		return 0, 0, nil // the bare handler can do nothing else
	}
	metrics, err := ask(ctx, s.ops+"/metrics", "")
	if err != nil {
		return 0, 0, err
	}
	return answered(string(metrics))
}

// stop ends the programs, each before what it calls.
func (s *server) stop() error {
	client.CloseIdleConnections()
	var errs []error
	for _, p := range slices.Backward(s.processes) {
		errs = append(errs, p.stop())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}
