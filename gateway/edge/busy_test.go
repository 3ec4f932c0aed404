package edge_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"xiaozhibo.dev/gateway/edge"
)

// Those who send almost all of a long body have the memory for long bodies.
func TestWithoutMemoryForBodiesLongOnesAreTooMany(t *testing.T) {
	base := serve(t, edge.Config{})
	almost := "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 65536\r\n\r\n" + strings.Repeat(" ", 65_000)
	come := func(clients int) {
		for range clients {
			conn := dial(t, base)
			go fmt.Fprint(conn, almost)
		}
	}
	come(300)
	long := userInfo + strings.Repeat(" ", 60_000)
	for tries := range 10_000 {
		if tries%100 == 99 && tries < 1000 { // the first are cut off after a while
			come(300)
		}
		if _, _, body := do(t, http.MethodPost, base, userInfo); !strings.HasPrefix(body, `{"returnValue":0,`) {
			t.Fatalf("a short body is answered %.100s", body)
		}
		status, _, body := do(t, http.MethodPost, base, long)
		if status != http.StatusOK {
			t.Fatalf("a long body is answered %d %.100s", status, body)
		}
		if !strings.HasPrefix(body, tooMany) {
			continue // they have not all sent it
		}
		if status, _, _ := do(t, http.MethodPost, base+"/callback", long); status != http.StatusTooManyRequests {
			t.Errorf("a long event is answered %d", status)
		}
		return
	}
	t.Error("long bodies are taken without end")
}
