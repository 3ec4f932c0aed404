// Package listen is what our servers need of a listener beyond accepting.
package listen

import (
	"errors"
	"log/slog"
	"net"
	"syscall"
	"time"
)

// acceptPause is how long to wait for a descriptor to come free.
const acceptPause = 100 * time.Millisecond

// Patient waits when the process has no descriptor left for another client.
// fasthttp would stop serving instead, and the process end, though those
// connected already can still be answered.
func Patient(listener net.Listener, log *slog.Logger) net.Listener {
	return patient{listener, log}
}

type patient struct {
	net.Listener
	log *slog.Logger
}

func (l patient) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if !errors.Is(err, syscall.EMFILE) && !errors.Is(err, syscall.ENFILE) {
			return conn, err
		}
		l.log.Error("no connection can be accepted", "err", err)
		<-time.After(acceptPause)
	}
}
