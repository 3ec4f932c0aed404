package rtmp_test

import (
	"context"
	"log/slog"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"xiaozhibo.dev/services/media/live"
	"xiaozhibo.dev/services/media/mediatest"
	"xiaozhibo.dev/services/media/rtmp"
)

// ends are the pushes that have ended.
type ends chan *live.Push

func (ends) Began(*live.Push) error           { return nil }
func (e ends) Ended(push *live.Push, _ error) { e <- push }

// serve runs a server until the test ends.
func serve(t *testing.T, options rtmp.Options) (address string) {
	t.Helper()
	options.Greeting, options.Silence, options.MaxMessage, options.MaxRate = time.Minute, time.Minute, 1<<20, 1<<30
	options.Measure = rtmp.Measure{Refused: func(string) {}, Bytes: func(int) {}}
	options.Log = slog.New(slog.DiscardHandler)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server, served := rtmp.NewServer(options), make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		_ = listener.Close()
		if err := server.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

func newHub(witness live.Witness) *live.Hub {
	return live.NewHub(live.Limits{Pushes: 1, Players: 1, CacheBytes: 1 << 20, QueueBytes: 1 << 20}, witness,
		live.Measure{Joined: func(int) {}, Cut: func() {}}, time.Now)
}

func TestAPushEndsWhoseConnectionEndsByAPanic(t *testing.T) {
	ended := make(ends, 10)
	hub := newHub(ended)
	var began atomic.Int32
	address := serve(t, rtmp.Options{
		Admit: func(string, string, string) error { return nil }, Allowed: func(string) error { return nil }, Hub: hub,
		Prepare: func(*live.Push) {
			if began.Add(1) <= 3 {
				panic("planted")
			}
		},
	})
	to := "rtmp://" + address + "/live/a"
	for range 3 {
		encoder, err := mediatest.Connect(t.Context(), to)
		if err != nil {
			t.Fatal(err)
		}
		_ = encoder.Begin() // it may be cut off before it has said all
		<-ended
		encoder.Close()
	}
	if hub.Push("a") != nil {
		t.Error("the push is there after its end")
	}
	mediatest.Start(t, to) // the only place is free
}

func TestAPanicWhileAConnectionIsGreetedLetsTheNextOneIn(t *testing.T) {
	var asked atomic.Int32
	address := serve(t, rtmp.Options{
		Admit: func(string, string, string) error {
			if asked.Add(1) <= 40 { // more than may be unknown from one address
				panic("planted")
			}
			return nil
		},
		Allowed: func(string) error { return nil }, Hub: newHub(make(ends, 10)), Prepare: func(*live.Push) {},
	})
	for i := range 40 {
		if encoder, err := mediatest.Connect(t.Context(), "rtmp://"+address+"/live/a"); err == nil {
			encoder.Close()
			t.Fatalf("the connection %d is let in", i)
		}
	}
	mediatest.Start(t, "rtmp://"+address+"/live/a")
}

func TestOneAddressHasNoMoreConnectionsThatPushNothingThanItMay(t *testing.T) {
	address := serve(t, rtmp.Options{
		Admit: func(string, string, string) error { return nil }, Allowed: func(string) error { return nil },
		Hub: newHub(make(ends, 10)), Prepare: func(*live.Push) {},
	})
	to := "rtmp://" + address + "/live/a"
	connect := func() (*mediatest.Encoder, error) {
		encoder, err := mediatest.Connect(t.Context(), to)
		if err == nil {
			t.Cleanup(encoder.Close)
		}
		return encoder, err
	}
	first, err := connect()
	if err != nil {
		t.Fatal(err)
	}
	for range 15 { // each with a good URL
		if _, err := connect(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := connect(); err == nil {
		t.Fatal("one address has 17 connections that push nothing")
	}
	if err := first.Begin(); err != nil {
		t.Fatal(err)
	}
	if err := first.Second(100); err != nil {
		t.Fatal(err)
	}
	late := time.Now().Add(time.Minute)
	for { // until the server has read it
		if _, err := connect(); err == nil {
			return
		}
		if time.Now().After(late) {
			t.Fatal("a push is still counted among them")
		}
	}
}
