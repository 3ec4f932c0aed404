package program

import (
	"errors"
	"flag"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/rpc"
	"xiaozhibo.dev/libs/rpc/credentials"
)

// Service returns the program that is one service in a process of its own: add
// adds the service, methods are what it offers to others. The listener is added after the
// service, so it opens when the service can answer, and closes before the service stops.
func Service[S any](name string, needs Config, add func(*Runtime) (S, error), methods func(S) []rpc.Method) Program {
	served := &served{service: needs}
	return Program{Name: name, Config: served, Add: func(runtime *Runtime) error {
		service, err := add(runtime)
		if err != nil {
			return err
		}
		ours, err := credentials.New(served.credentials, runtime.Log)
		if err != nil {
			return err
		}
		rpc.Add(runtime.Process, string(served.listen), ours, runtime.Scope("rpc"), methods(service)...)
		return nil
	}}
}

// served is the configuration of a service and of its listener.
type served struct {
	listen      config.Address
	credentials credentials.Config
	service     Config
}

// RegisterFlags sets the defaults and names the keys of all three.
func (s *served) RegisterFlags(fs *flag.FlagSet) {
	s.listen = ":8081"
	fs.Var(&s.listen, "listen-rpc", "address of the service, for the gateway only; keep it private")
	s.credentials.RegisterFlags(fs)
	s.service.RegisterFlags(fs)
}

// Check returns an error that names every bad key. Without a listener nobody could call the service,
// so "off" is no address here.
func (s *served) Check() error {
	var err error
	if s.listen == "" {
		err = config.Errorf("listen_rpc: must be set")
	}
	return errors.Join(err, s.credentials.CheckServer(), s.service.Check())
}
