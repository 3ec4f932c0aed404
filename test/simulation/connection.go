package simulation

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// connection is the client's end of a connection.
type connection struct {
	conn   net.Conn
	reader *bufio.Reader
	used   time.Time // when it was answered last
}

// received is an answer as it came: status 0 is none, since the connection broke.
type received struct {
	status int
	body   []byte
}

// ask sends request n and waits for its answer. The number goes along as a trace
// does, so that all that is done for the request can be told by it.
func (c *connection) ask(n int, path string, body []byte) received {
	sent := fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: gateway\r\nTraceparent: 00-%032x-%016x-00\r\nContent-Length: %d\r\n\r\n%s",
		path, n, n, len(body), body)
	if _, err := c.conn.Write(sent); err != nil {
		return received{}
	}
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return received{}
	}
	got, err := io.ReadAll(response.Body)
	if errors.Join(err, response.Body.Close()) != nil {
		return received{}
	}
	return received{response.StatusCode, got}
}
