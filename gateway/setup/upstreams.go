package setup

import (
	"context"
	"errors"
	"flag"
	"net"
	"strconv"

	"xiaozhibo.dev/gateway"
	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/libs/rpc"
	"xiaozhibo.dev/libs/rpc/credentials"
)

// Upstreams are where the services are, host:port each, and what they are shown.
type Upstreams struct {
	Stream  config.StringList
	Counter config.StringList
	Room    config.StringList
	Signing config.StringList

	Credentials credentials.Config
}

// RegisterFlags names the keys.
func (u *Upstreams) RegisterFlags(fs *flag.FlagSet) {
	fs.Var(&u.Stream, "stream-addrs", "host:port of the stream service, comma-separated; several are called in turn")
	fs.Var(&u.Counter, "counter-addrs", "host:port of the counter service, comma-separated; several are called in turn")
	fs.Var(&u.Room, "room-addrs", "host:port of the room service, comma-separated; several are called in turn")
	fs.Var(&u.Signing, "signing-addrs", "host:port of the signing service, comma-separated; several are called in turn")
	u.Credentials.RegisterFlags(fs)
}

// Check returns an error that names every bad key.
func (u *Upstreams) Check() error {
	return errors.Join(
		check("stream_addrs", u.Stream),
		check("counter_addrs", u.Counter),
		check("room_addrs", u.Room),
		check("signing_addrs", u.Signing),
		u.Credentials.CheckClient(),
	)
}

// check wants a name or an address with a port: there is no usual port that could be meant.
func check(key string, addresses config.StringList) error {
	if len(addresses) == 0 {
		return config.Errorf("%s: must be set", key)
	}
	var errs []error
	for _, address := range addresses {
		host, port, err := net.SplitHostPort(address)
		if number, errPort := strconv.ParseUint(port, 10, 16); err != nil || errPort != nil || host == "" || number == 0 {
			errs = append(errs, config.Errorf("%s: %q is not host:port", key, address))
		}
	}
	return errors.Join(errs...)
}

// add adds the services to a process. None has to be up.
func (u *Upstreams) add(runtime *program.Runtime) (services gateway.Services, err error) {
	ours, err := credentials.New(u.Credentials, runtime.Log)
	if err != nil {
		return services, err
	}
	services.Stream, err = dial(runtime, ours, "stream", u.Stream, streams.Dial)
	if err != nil {
		return services, err
	}
	services.Counter, err = dial(runtime, ours, "counter", u.Counter, counters.Dial)
	if err != nil {
		return services, err
	}
	services.Room, err = dial(runtime, ours, "room", u.Room, members.Dial)
	if err != nil {
		return services, err
	}
	services.Signing, err = dial(runtime, ours, "signing", u.Signing, signatures.Dial)
	return services, err
}

// dial adds the client of one service, as a part of the process. It reaches nobody yet: a service that is down fails calls and
// not the start.
func dial[R interface{ Close() }](
	runtime *program.Runtime, ours *credentials.Credentials, name string, addresses []string, of func(*rpc.Client) R,
) (R, error) {
	client, err := rpc.NewUpstream(name, addresses, ours, runtime.Meter("rpc"), runtime.Log)
	if err != nil {
		var none R
		return none, err
	}
	remote := of(client)
	runtime.Add(lifecycle.Part{Name: name, Stop: func(context.Context) error {
		remote.Close() // first: it still calls
		client.Close()
		return nil
	}})
	return remote, nil
}
