package edge_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/gateway/edge"
	"xiaozhibo.dev/libs/telemetry"
	"xiaozhibo.dev/libs/telemetry/telemetrytest"
)

const twoSpaces = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n  "

func TestOverALimitAConnectionIsClosed(t *testing.T) {
	for name, test := range map[string]struct {
		config edge.Config
		from   []string
		taken  []bool
	}{
		"of all": {
			edge.Config{MaxConnections: 2},
			[]string{"192.0.2.1", "192.0.2.2", "192.0.2.3"}, []bool{true, true, false},
		},
		"of one address": {
			edge.Config{MaxConnectionsPerAddress: 1},
			[]string{"192.0.2.1", "192.0.2.1", "192.0.2.2", "::ffff:192.0.2.2"}, []bool{true, false, true, false},
		},
		"of one IPv6 network": {
			edge.Config{MaxConnectionsPerAddress: 1},
			[]string{"2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"}, []bool{true, false, true},
		},
		"but not of a proxy": {
			edge.Config{MaxConnectionsPerAddress: 1, TrustedProxies: []string{"10.0.0.0/8"}},
			[]string{"10.0.0.1", "10.0.0.1", "192.0.2.1", "192.0.2.1"}, []bool{true, true, true, false},
		},
		"there is none": {edge.Config{}, []string{"192.0.2.1", "192.0.2.1"}, []bool{true, true}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubbleWith(t, test.config, telemetry.Discard(), func(t *testing.T, listener *memoryListener) {
				for i, from := range test.from {
					if taken := answers(listener.connectFrom(t, from)); taken != test.taken[i] {
						t.Errorf("connection %d, of %s: taken is %v", i, from, taken)
					}
				}
			})
		})
	}
}

// answers leaves a connection that is answered open.
func answers(conn net.Conn) bool {
	fmt.Fprint(conn, twoSpaces)
	n, _ := conn.Read(make([]byte, 1<<10))
	return n > 0
}

func TestAConnectionThatEndedMakesRoom(t *testing.T) {
	inBubbleWith(t, edge.Config{MaxConnections: 1, MaxConnectionsPerAddress: 1}, telemetry.Discard(), func(t *testing.T, listener *memoryListener) {
		for range 3 {
			conn := listener.connect(t)
			if !answers(conn) {
				t.Fatal("refused, though nobody else is there")
			}
			if answers(listener.connect(t)) {
				t.Error("taken over the limit")
			}
			conn.Close()
			synctest.Wait()
		}
	})
}

func TestRefusedConnectionsAreCountedAndLoggedNowAndThen(t *testing.T) {
	var logged bytes.Buffer
	recorder := telemetrytest.New()
	scope := recorder.Scope().WithLog(slog.New(slog.NewTextHandler(&logged, nil)))
	inBubbleWith(t, edge.Config{MaxConnections: 1}, scope, func(t *testing.T, listener *memoryListener) {
		answers(listener.connect(t))
		for range 100 {
			listener.connect(t).Close()
			<-time.After(150 * time.Millisecond)
		}
		if got := recorder.Values(t)["xzb.connections.refused xzb.limit=total"]; got != 100 {
			t.Errorf("counted %d of 100: %v", got, recorder.Values(t))
		}
	})
	lines := strings.Count(logged.String(), "connection refused: too many are open")
	if lines != 2 || !strings.Contains(logged.String(), "limit=total open=1 client=192.0.2.1/32 more_since_last=") {
		t.Errorf("logged %s", &logged)
	}
}

func TestTheTimeOfIdleConnectionsIsConfigured(t *testing.T) {
	for _, idle := range []time.Duration{500 * time.Millisecond, 20 * time.Second, 2 * time.Hour} {
		inBubbleWith(t, edge.Config{IdleTimeout: idle}, telemetry.Discard(), func(t *testing.T, listener *memoryListener) {
			conn := listener.connect(t)
			for _, pause := range []time.Duration{0, idle - time.Millisecond} { // a request in time begins it anew
				<-time.After(pause)
				if !answers(conn) {
					t.Errorf("closed after %v of %v", pause, idle)
				}
			}
			began := time.Now()
			if got, err := io.ReadAll(conn); len(got) > 0 || err != nil || time.Since(began) != idle {
				t.Errorf("closed after %v of %v with %q, %v", time.Since(began), idle, got, err)
			}
		})
	}
}

func TestAServerThatStopsWaitsForWhoIsBeingServed(t *testing.T) {
	inBubble(t, func(t *testing.T, listener *memoryListener) {
		idle := listener.connect(t)
		answers(idle)
		busy := listener.connect(t)
		fmt.Fprint(busy, twoSpaces[:len(twoSpaces)-1]) // the last byte is to come
		synctest.Wait()
		closed := make(chan error, 1)
		go func() { closed <- listener.shutdown() }()
		if got, err := io.ReadAll(idle); len(got) > 0 || err != nil {
			t.Errorf("who is idle reads %q, %v", got, err)
		}
		<-time.After(5 * time.Second)
		fmt.Fprint(busy, " ")
		if got, err := io.ReadAll(busy); !strings.Contains(string(got), badBody) || !strings.Contains(string(got), "Connection: close") || err != nil {
			t.Errorf("who is served reads %s, %v", got, err)
		}
		if err := <-closed; err != nil {
			t.Error(err)
		}
	})
}
