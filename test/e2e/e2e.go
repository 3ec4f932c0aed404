// Package e2e is the outside client: the behaviour of the released apps and of the live platform, checked
// over HTTP against a running system. It knows the wire contract and nothing of the code behind it.
//
// The package's own test runs the suite over every Deployment. To run it over a system that is already up,
// name it; the cases that need settings of their own or a restart are then skipped:
//
//	XZB_E2E_URL=https://live.example.com go test ./test/e2e
//
// What such a system was configured with is read from the same XZB_* variables the server reads, and taken
// from Defaults where they are not set.
package e2e

import (
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/cases"
	"xiaozhibo.dev/test/e2e/client"
	"xiaozhibo.dev/test/e2e/disasters"
)

// Run checks the system that start starts against the whole contract. It returns when every case has ended.
func Run(t *testing.T, start client.Starter) {
	shared := start(t, nil)
	// They hold their connections open while everything else runs, and must be gone at the end.
	slow := disasters.OpenSlowClients(t, shared)
	t.Run("Contract", func(t *testing.T) {
		// One after the other on the shared server, beside the cases that mostly wait on their own.
		t.Run("OneServer", func(t *testing.T) {
			t.Parallel()
			onOneServer(t, shared)
		})
		onTheirOwn(t, start)
	})
	t.Run("SlowClientsAreCutOff", func(t *testing.T) { slow.MustBeCutOff(t, 3*time.Minute) })
}

// onOneServer runs the cases that only need ids of their own.
func onOneServer(t *testing.T, shared client.Server) {
	for _, subject := range []struct {
		name  string
		cases func(*testing.T, client.Server)
	}{
		{"Transport", cases.Transport},
		{"Bodies", cases.Bodies},
		{"Text", cases.Text},
		{"Parameters", cases.Parameters},
		{"Numbers", cases.Numbers},
		{"Lengths", cases.Lengths},
		{"RequestLVBAddr", cases.RequestLVBAddr},
		{"StreamIDs", cases.StreamIDs},
		{"Sessions", cases.Sessions},
		{"ChangeStatus", cases.ChangeStatus},
		{"ChangeCount", cases.ChangeCount},
		{"FetchList", cases.FetchList},
		{"GetCOSSign", cases.GetCOSSign},
		{"EnterGroup", cases.EnterGroup},
		{"QuitGroup", cases.QuitGroup},
		{"FetchGroupMemberList", cases.FetchGroupMemberList},
		{"GetUserInfo", cases.GetUserInfo},
		{"Events", cases.Events},
		{"Sequences", cases.Sequences},
		{"Recordings", cases.Recordings},
		{"RecordingFiles", cases.RecordingFiles},
		{"Retries", cases.Retries},
		{"Strangers", cases.Strangers},
		{"Ops", cases.Ops},
	} {
		t.Run(subject.name, func(t *testing.T) { subject.cases(t, shared) })
	}
}

// onTheirOwn runs the cases that need settings, empty lists or restarts.
func onTheirOwn(t *testing.T, start client.Starter) {
	for _, subject := range []struct {
		name  string
		cases func(*testing.T, client.Starter)
	}{
		{"LiveTTL", cases.LiveTTL},
		{"ExpiryOverARestart", cases.ExpiryOverRestart},
		{"RecordingWindow", cases.RecordingWindow},
		{"RecordedSessions", cases.RecordedSessions},
		{"DeletedFiles", cases.DeletedFiles},
		{"MemberTTL", cases.MemberTTL},
		{"Forgetting", cases.Forgetting},
		{"Caps", cases.Caps},
		{"FairUse", cases.FairUse},
		{"UnseenPushes", cases.UnseenPushes},
		{"MemberOrderLevel", cases.LevelOrder},
		{"OtherSettings", cases.OtherSettings},
		{"NothingConfigured", cases.Unconfigured},
		{"Crowds", disasters.Crowds},
		{"CORS", cases.CORS},
		{"Proofs", cases.Proofs},
		{"Paging", cases.Paging},
		{"Restart", disasters.Restart},
		{"Kill", disasters.Kill},
		{"AmidWrites", disasters.AmidWrites},
	} {
		t.Run(subject.name, func(t *testing.T) {
			t.Parallel()
			subject.cases(t, start)
		})
	}
}
