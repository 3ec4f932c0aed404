// Package disasters is what must hold while programs are killed, stores fail and crowds come.
package disasters

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/cases"
	"xiaozhibo.dev/test/e2e/client"
	"xiaozhibo.dev/test/e2e/deployments"
)

// CopiesDie kills one copy of each service after the other while clients are busy: as long as another lives, no
// Action fails and nothing is lost. The deployment has three copies of every program.
func CopiesDie(t *testing.T, deployment deployments.Deployment) {
	deployment.Split, deployment.Copies = true, 3
	server := deployment.Start(t, nil).(*deployments.System)
	load := startLoad(t, server)
	load.more(t, 500)
	for _, g := range server.Groups[:len(server.Groups)-1] {
		victim := g.Copies[0]
		victim.Kill(t)
		victim.Bury()
		load.more(t, 800)
	}
	load.end(t)
	if failures := load.failed(); len(failures) > 0 {
		t.Errorf("%d Actions failed while two copies of each service lived:\n%s", len(failures), summary(failures))
	}
}

// StoreDies kills the store of a busy system and brings it back: clients are told meanwhile, in time, and
// afterwards everything works without a restart, with nothing acknowledged lost.
func StoreDies(t *testing.T, deployment deployments.Deployment, kill, restart func()) {
	deployment.Split, deployment.Copies = true, 2
	server := deployment.Start(t, map[string]string{"XZB_ACTION_TIMEOUT": ""}) // the default
	load := startLoad(t, server)
	works := func(actions int64) func() bool {
		return func() bool {
			load.failed()
			load.more(t, actions)
			return len(load.failed()) == 0
		}
	}
	client.Eventually(t, 3*time.Minute, "everything works", works(500))

	kill()
	load.more(t, 300)
	failures := load.failed()
	if len(failures) == 0 {
		t.Fatal("without a store no Action failed")
	}
	t.Logf("without a store:\n%s", summary(failures))
	// Clients send again after ten seconds. On a machine that is busy one or another may be told later.
	slices.SortFunc(failures, func(a, b failure) int { return cmp.Compare(a.took, b.took) })
	if f := failures[len(failures)/2]; f.took > 10*time.Second {
		t.Errorf("half of the failures took longer than %v", f.took)
	}
	for _, f := range failures {
		if f.took > time.Minute {
			t.Errorf("%s took %v to fail", f.action, f.took)
		}
		if f.code != client.CodeNotFound && f.code != client.CodeTimeout {
			t.Errorf("%s answered %d: %s", f.action, f.code, f.why)
		}
	}

	restart()
	restarted := time.Now()
	client.Eventually(t, 3*time.Minute, "everything works again", works(100))
	t.Logf("everything worked again %v after the restart", time.Since(restarted).Round(10*time.Millisecond))
	load.end(t)
}

// StoreRefuses lets the store of a running system refuse writes, in one way after another: lists, members and
// details go on without what is due meanwhile, and as soon as the store takes writes so does the system.
func StoreRefuses(t *testing.T, deployment deployments.Deployment, ways map[string]Refusal) {
	const ttl = 4 * time.Second
	deployment.Split, deployment.Copies = true, 1
	c := client.New(t, deployment.Start(t, map[string]string{"XZB_LIVE_TTL": "4s", "XZB_MEMBER_TTL": "4s"}))
	for way, refusal := range ways {
		began := time.Now() // before the room is shown alive: it never leaves sooner than ttl after this
		a := c.OnlineAnchor()
		a.Enter("viewer")
		r := client.NewRecording(a.Stream, "flv")
		client.NewPlatform(c).Recorded(r)
		refusal.Begin()
		c.Refuses(client.CodeNotFound, "ChangeStatus", client.Fields{"userid": a.ID, "status": 0})
		c.Refuses(client.CodeNotFound, "EnterGroup", a.EnterFields("another"))
		c.Refuses(client.CodeNotFound, "RequestLVBAddr", c.NewAnchor().Fields())
		cases.LeavesInTime(t, a, began.Add(ttl))
		a.MustBeHidden("due while " + way)
		if total := c.List(client.FlagLive, 1, 1).Total; total != 0 {
			t.Errorf("while %s: the list has nothing and a total of %d", way, total)
		}
		client.Eventually(t, cases.ExpirySlack, "the member leaves", func() bool { return a.Members().Total == 0 })
		a.MustHaveMembers("due while " + way)
		cases.MustHaveRecordings(c, a, "while "+way, 1)
		if got := c.Recording(a.ID, r.FileID); got.PlayURL != r.URL {
			t.Errorf("while %s: the recording is %+v", way, got)
		}
		refusal.End()
		cases.KeptAlive(t, ttl, "the room, after "+way, a.GoOnline, func() bool { return cases.IsShown(a) })
		cases.KeptAlive(t, ttl, "the viewer, after "+way, func() { a.Enter("viewer") }, func() bool {
			info := a.Info()
			return info.Likes == 0 && info.Viewers == 1
		})
	}
}

// Refusal is a way in which a store takes no writes.
type Refusal struct{ Begin, End func() }
