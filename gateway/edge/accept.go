package edge

import (
	"errors"
	"log/slog"
	"net"
	"syscall"
	"time"
)

// acceptPause is how long to wait for a descriptor to come free.
const acceptPause = 100 * time.Millisecond

// patientListener waits when the process has no descriptor left for another
// client. fasthttp would stop serving instead, and the process end, though those
// connected already can still be answered.
type patientListener struct {
	net.Listener
	log *slog.Logger
}

func (l patientListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if !errors.Is(err, syscall.EMFILE) && !errors.Is(err, syscall.ENFILE) {
			return conn, err
		}
		l.log.Error("no connection can be accepted", "err", err)
		<-time.After(acceptPause)
	}
}
