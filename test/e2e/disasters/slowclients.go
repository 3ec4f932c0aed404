package disasters

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

// slowClients hold connections open by sending a byte now and then.
type slowClients struct {
	cutOff map[string]chan error // closed, or an error, once the server has hung up
}

// slowPerKind is how many clients dawdle in each way.
const slowPerKind = 8

// OpenSlowClients opens connections that never finish their request. They dawdle until the server hangs up or
// t ends.
func OpenSlowClients(t *testing.T, server client.Server) *slowClients {
	t.Helper()
	base, err := url.Parse(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]string{
		"in the headers": "POST /interface.php HTTP/1.1\r\nHost: live.example\r\nX-Slow: ",
		"in the body": "POST /interface.php HTTP/1.1\r\nHost: live.example\r\nContent-Length: 60000\r\n\r\n" +
			`{"Action":"FetchList","padding":"`,
	}
	slow := &slowClients{cutOff: map[string]chan error{}}
	if base.Scheme != "http" {
		return slow // dawdling in TLS is another matter
	}
	for kind, beginning := range kinds {
		for i := range slowPerKind {
			ended := make(chan error, 1)
			slow.cutOff[fmt.Sprintf("client %d %s", i, kind)] = ended
			go func() { ended <- dawdle(t.Context(), base.Host, beginning) }()
		}
	}
	return slow
}

// dawdle sends the beginning of a request and then a byte at a time, until the server hangs up.
func dawdle(ctx context.Context, address, beginning string) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(beginning)); err != nil {
		return fmt.Errorf("send the beginning: %w", err)
	}
	answer := make([]byte, 1024)
	for ctx.Err() == nil {
		if _, err := conn.Write([]byte("a")); err != nil {
			return nil
		}
		if err := conn.SetReadDeadline(time.Now().Add(300 * time.Millisecond)); err != nil {
			return fmt.Errorf("set a deadline: %w", err)
		}
		// An answer before the end, such as 4001, is fine as long as the connection then ends.
		if _, err := conn.Read(answer); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		}
	}
	return ctx.Err()
}

// MustBeCutOff checks that the server has hung up on all of them, waiting up to limit.
func (s *slowClients) MustBeCutOff(t *testing.T, limit time.Duration) {
	t.Helper()
	deadline := time.After(limit)
	for name, ended := range s.cutOff {
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		case <-deadline:
			t.Fatalf("%s still holds its connection", name)
		}
	}
}
