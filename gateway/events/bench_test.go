package events_test

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/events"
)

// BenchmarkReaders tells one change to 10,000 readers on real connections, or as many as there can be
// files open, and says what a reader costs.
func BenchmarkReaders(b *testing.B) {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		b.Fatal(err)
	}
	readers := int(min(10_000, (files.Cur-200)/2)) // both ends are ours
	w := newWorld()
	actions, err := action.New(w.services(), scope())
	if err != nil {
		b.Fatal(err)
	}
	defer actions.Close()
	server, err := events.New(settings(), events.Options{Actions: actions, Changes: w}, scope())
	if err != nil {
		b.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	var work sync.WaitGroup
	work.Go(func() { _ = server.Hub().Run(ctx) })
	work.Go(func() { _ = server.ServeOn(listener) })
	defer work.Wait()
	defer cancel()
	defer server.Shutdown(context.WithoutCancel(b.Context()))

	before := inUse()
	conns := make([]net.Conn, readers)
	defer func() {
		for _, conn := range conns {
			_ = conn.Close()
		}
	}()
	for i := range conns {
		if conns[i], err = new(net.Dialer).DialContext(b.Context(), "tcp", listener.Addr().String()); err != nil {
			b.Fatal(err)
		}
		fmt.Fprint(conns[i], "GET /events HTTP/1.1\r\nHost: h\r\n\r\n")
	}
	buffer := make([]byte, 64<<10)
	for _, conn := range conns { // the headers, and what is there so far
		readUntil(b, conn, buffer, "snapshot")
	}
	each := float64(inUse()-before) / float64(readers)

	var user syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &user)
	began := user.Utime.Nano() + user.Stime.Nano()
	title := 0
	for b.Loop() {
		title++
		w.goLive("tom", fmt.Sprint("title ", title))
		for _, conn := range conns {
			readUntil(b, conn, buffer, fmt.Sprintf(`"title":"title %d"`, title))
		}
	}
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &user)
	b.ReportMetric(float64(readers), "readers")
	b.ReportMetric(each, "B/reader")
	b.ReportMetric(float64(user.Utime.Nano()+user.Stime.Nano()-began)/float64(b.N)/float64(readers)/1000, "µs-cpu/event")
}

// readUntil reads until the text has come.
func readUntil(b *testing.B, conn net.Conn, buffer []byte, text string) {
	_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
	got := ""
	for !strings.Contains(got, text) {
		n, err := conn.Read(buffer)
		if err != nil {
			b.Fatalf("%v after %q", err, got)
		}
		got += string(buffer[:n])
	}
}

func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
