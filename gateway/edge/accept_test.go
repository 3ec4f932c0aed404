package edge_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestRunningOutOfDescriptorsEndsNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, listener *memoryListener) {
		for range 5 {
			select {
			case listener.accepts <- &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", syscall.EMFILE)}:
			case <-time.After(time.Minute):
				t.Fatal("nothing is accepted any more")
			}
		}
		conn := listener.connect(t)
		go fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(userInfo), userInfo)
		if got, err := io.ReadAll(conn); err != nil || !strings.Contains(string(got), `{"returnValue":0,`) {
			t.Errorf("answered %s, %v", got, err)
		}
	})
}
