package listen_test

import (
	"errors"
	"log/slog"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/libs/listen"
)

// script is a listener that accepts what it is told, in order.
type script struct {
	net.Listener
	accepts []any
}

func (s *script) Accept() (net.Conn, error) {
	next := s.accepts[0]
	s.accepts = s.accepts[1:]
	if err, ok := next.(error); ok {
		return nil, err
	}
	return next.(net.Conn), nil
}

func accept4(errno syscall.Errno) error {
	return &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", errno)}
}

func TestAPatientListenerWaitsForDescriptors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		defer client.Close()
		var logged strings.Builder
		began := time.Now()
		patient := listen.Patient(
			&script{accepts: []any{accept4(syscall.EMFILE), accept4(syscall.ENFILE), server}},
			slog.New(slog.NewTextHandler(&logged, nil)))
		conn, err := patient.Accept()
		if err != nil || conn != server {
			t.Fatalf("accepted %v, %v", conn, err)
		}
		if waited := time.Since(began); waited == 0 || waited > time.Second {
			t.Errorf("waited %v", waited)
		}
		if got := strings.Count(logged.String(), "no connection can be accepted"); got != 1 { // for both
			t.Errorf("logged %s", &logged)
		}
	})
}

func TestAPatientListenerFailsOtherwise(t *testing.T) {
	for _, want := range []error{net.ErrClosed, accept4(syscall.EINVAL)} {
		_, err := listen.Patient(&script{accepts: []any{want}}, slog.New(slog.DiscardHandler)).Accept()
		if !errors.Is(err, want) {
			t.Errorf("error %v, want %v", err, want)
		}
	}
}
