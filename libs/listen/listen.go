// Package listen is what our servers need of a listener beyond accepting. It opens none: that is
// net's.
package listen

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"syscall"
	"time"

	"xiaozhibo.dev/libs/ratelog"
)

const (
	acceptPause = 100 * time.Millisecond // for a descriptor to come free
	logEvery    = 5 * time.Second
)

// Patient waits when the process has no descriptor left for another client.
// fasthttp would stop serving instead, and the process end, though those
// connected already can still be answered.
func Patient(listener net.Listener, log *slog.Logger) net.Listener {
	return patient{listener, ratelog.New(log, logEvery, time.Now)}
}

// patient is a listener whose Accept waits for a descriptor.
type patient struct {
	net.Listener
	log *ratelog.Log
}

// Accept returns every other error as it is, net.ErrClosed among them: it ends the server. While it waits
// it does not notice that the listener was closed, for no longer than acceptPause.
func (l patient) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if !errors.Is(err, syscall.EMFILE) && !errors.Is(err, syscall.ENFILE) {
			return conn, err
		}
		l.log.Log(context.Background(), slog.LevelError, "no connection can be accepted", "err", err)
		<-time.After(acceptPause)
	}
}
