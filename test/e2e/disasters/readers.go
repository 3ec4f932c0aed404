package disasters

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
	"xiaozhibo.dev/test/e2e/deployments"
)

// one is a system whose clients come to one copy of the gateway, past the balancer.
type one struct {
	*deployments.System
	url string
}

func (o one) URL() string { return o.url }

// LosesNoChange kills a gateway under a thousand readers of /events while rooms come and go. The readers go on at
// the other copy, and each of them has heard of every change.
func LosesNoChange(t *testing.T, d deployments.Deployment) {
	const readers = 1000
	system := d.Start(t, map[string]string{"XZB_LISTEN_EVENTS": "127.0.0.1:0", "XZB_MAX_OPENS_PER_USER": "0"}).(*deployments.System)
	gateways := system.Groups[len(system.Groups)-1].Copies
	dying, living := gateways[0], gateways[1]
	c := client.New(t, one{system, "http://" + living.Address()})

	// The log has changes before anybody reads it: its first one has a number that nobody
	// can have been waiting for, so readers begin anew with it.
	anchors := make([]*client.Anchor, 10)
	for i := range anchors {
		anchors[i] = c.OnlineAnchor()
	}

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	transport := &http.Transport{DisableKeepAlives: true}
	var reading sync.WaitGroup
	all := make([]*reader, readers)
	for i := range all {
		copies := []string{dying.Listener("events"), living.Listener("events")}
		if i%4 == 3 {
			slices.Reverse(copies) // some are at the other copy all the time
		}
		all[i] = &reader{client: &http.Client{Transport: transport}, copies: copies}
		reading.Go(func() { all[i].read(ctx) })
	}
	client.Eventually(t, 3*time.Minute, "all readers are told", func() bool {
		return !slices.ContainsFunc(all, func(r *reader) bool { return r.lastID.Load() == 0 })
	})

	// Broadcasts are counted, not seconds: on a slow machine too the gateway dies in their midst.
	for i := range 40 {
		a := anchors[i%len(anchors)]
		if i == 20 {
			dying.Kill(t)
			dying.Bury()
		}
		a.GoOffline()
		a.GoOnline()
	}
	anchors[0].GoOffline()
	last := anchors[len(anchors)-1]
	last.Title = lastTitle
	last.Request()
	last.GoOnline()
	live := map[string]bool{}
	for _, row := range c.Everything(client.FlagLive) {
		live[row.UserID] = true
	}
	client.Eventually(t, 3*time.Minute, "all readers have heard of the last change", func() bool {
		return !slices.ContainsFunc(all, func(r *reader) bool { return !r.heard.Load() })
	})
	stop()
	reading.Wait()
	again := 0
	for i, r := range all {
		again += r.connects - 1
		if len(r.lost) > 0 || r.resets != 1 || !maps.Equal(r.live, live) {
			t.Fatalf("reader %d: lost %v, %d resets, %d rooms live, want %d", i, r.lost, r.resets, len(r.live), len(live))
		}
	}
	if again < readers*3/4 {
		t.Errorf("%d readers connected again, want those of the gateway that was killed", again)
	}
	t.Logf("%d readers heard of all changes up to %d; %d connected again", readers, all[0].lastID.Load(), again)
}
