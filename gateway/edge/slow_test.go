package edge_test

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestASlowClientIsCutOff(t *testing.T) {
	const (
		header = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 64\r\n\r\n"
		whole  = header + "                                                                "

		chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
		expects = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 64\r\n\r\n"
	)
	for name, test := range map[string]struct {
		atOnce, slowly string // slowly: a byte a second
		after          time.Duration
		replies        int
	}{
		"who says nothing":           {"", "", 10 * time.Second, 0},
		"who says one byte":          {"P", "", 10 * time.Second, 1},
		"who says half a header":     {header[:30], "", 10 * time.Second, 1},
		"with a slow long header":    {"POST / HTTP/1.1\r\nX: " + strings.Repeat("x", 5000), header, 10 * time.Second, 1},
		"who sends an empty line":    {"\r\n", "", 10 * time.Second, 0},
		"who stops in a chunk":       {chunked + "10\r\n{", "", 10 * time.Second, 1},
		"who stops after a chunk":    {chunked + "2\r\n{}\r\n", "", 10 * time.Second, 1},
		"who is told to go on":       {expects, "", 10 * time.Second, 1},
		"with a slow header":         {"", header, 10 * time.Second, 1},
		"with a slow body":           {header, whole, 10 * time.Second, 1},
		"who stops in the body":      {header + "{", "", 10 * time.Second, 1},
		"who says nothing any more":  {whole, "", 75 * time.Second, 1},
		"with a slow second request": {whole, header, 11 * time.Second, 2},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, listener *memoryListener) {
				conn := listener.connect(t)
				began := time.Now()
				var client sync.WaitGroup
				defer client.Wait()
				client.Go(func() {
					fmt.Fprint(conn, test.atOnce)
					for i := range len(test.slowly) {
						<-time.After(time.Second)
						if _, err := io.WriteString(conn, test.slowly[i:i+1]); err != nil {
							return
						}
					}
				})
				got, err := io.ReadAll(conn)
				if took := time.Since(began); err != nil || took/time.Second != test.after/time.Second {
					t.Errorf("cut off after %v, want %v: %v", took, test.after, err)
				}
				if strings.Count(string(got), badBody) != test.replies {
					t.Errorf("answered %s", got)
				}
			})
		})
	}
}

func TestALateRefusalIsWritten(t *testing.T) {
	inBubble(t, func(t *testing.T, listener *memoryListener) {
		conn := listener.connect(t)
		go func() {
			fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}")
			<-time.After(time.Minute)
			fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9999999\r\n\r\n")
		}()
		got, err := io.ReadAll(conn)
		if err != nil || strings.Count(string(got), `{"returnValue":`) != 2 || !strings.Contains(string(got), badBody) {
			t.Errorf("answered %s, %v", got, err)
		}
	})
}
