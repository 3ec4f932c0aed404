// Package e2e is the outside client: the behaviour of the released apps and of the live platform, checked
// over HTTP against a running system. It knows the wire contract and nothing of the code behind it.
//
// The package's own test runs the suite over every Deployment. To run it over a system that is already up,
// name it; the cases that need settings of their own or a restart are then skipped:
//
//	XZB_E2E_URL=https://live.example.com go test ./e2e
//
// What such a system was configured with is read from the same XZB_* variables the server reads, and taken
// from Defaults where they are not set.
package e2e

import (
	"testing"
	"time"
)

// Server is a running system under test. Its methods may be called from several goroutines, except
// Restart and Kill.
type Server interface {
	// URL is where clients reach it, such as http://127.0.0.1:43210, and may change with Restart and Kill.
	URL() string
	// OpsURL is where /livez, /readyz and /metrics are; "" where they are out of reach.
	OpsURL() string
	// Setting is the value of an XZB_* setting, "" for one that is not set.
	Setting(name string) string
	// Conceal names a signature the system issued; none may ever show up in its log.
	Conceal(signature string)
	// Restart stops the system gracefully and starts it again on the same data.
	Restart(t testing.TB)
	// Kill ends the system as a power cut would (kill -9) and starts it again on the same data.
	Kill(t testing.TB)
}

// Starter starts a fresh, empty server with these XZB_* settings on top of Defaults; an empty value takes a
// default away. The server lives until t ends. With nil settings any server that has the Defaults will do,
// also one that is not empty. A Starter that cannot do what is asked skips t and says why.
type Starter func(t *testing.T, settings map[string]string) Server

// Defaults are the settings every server under test starts from.
func Defaults() map[string]string {
	return map[string]string{
		"XZB_BIZID":          "8888",
		"XZB_PUSH_DOMAIN":    "8888.livepush.myqcloud.com",
		"XZB_PLAY_DOMAIN":    "8888.liveplay.myqcloud.com",
		"XZB_PUSH_KEY":       "testpushkey",
		"XZB_PLAY_KEY":       "testplaykey",
		"XZB_CALLBACK_KEY":   "testcallbackkey",
		"XZB_COS_APPID":      "1250000000",
		"XZB_COS_BUCKET":     "demo",
		"XZB_COS_SECRET_ID":  "AKIDEXAMPLE",
		"XZB_COS_SECRET_KEY": "SECRETEXAMPLE",
	}
}

// secretSettings are the settings whose values may appear in no reply, log line or metric.
func secretSettings() []string {
	return []string{"XZB_PUSH_KEY", "XZB_PLAY_KEY", "XZB_CALLBACK_KEY", "XZB_COS_SECRET_KEY", "XZB_REDIS_PASSWORD",
		"XZB_AUTH_JWT_KEY", "XZB_AUTH_USERSIG_KEY", "XZB_RPC_SECRET"}
}

// Run checks the system that start starts against the whole contract. It returns when every case has ended.
func Run(t *testing.T, start Starter) {
	shared := start(t, nil)
	// They hold their connections open while everything else runs, and must be gone at the end.
	slow := openSlowClients(t, shared)
	t.Run("Contract", func(t *testing.T) {
		// One after the other on the shared server, beside the cases that mostly wait on their own.
		t.Run("OneServer", func(t *testing.T) {
			t.Parallel()
			onOneServer(t, shared)
		})
		onTheirOwn(t, start)
	})
	t.Run("SlowClientsAreCutOff", func(t *testing.T) { slow.mustBeCutOff(t, 45*time.Second) })
}

// onOneServer runs the cases that only need ids of their own.
func onOneServer(t *testing.T, shared Server) {
	for _, subject := range []struct {
		name  string
		cases func(*testing.T, Server)
	}{
		{"Transport", transportCases},
		{"Bodies", bodyCases},
		{"Text", textCases},
		{"Parameters", parameterCases},
		{"Numbers", numberCases},
		{"Lengths", lengthCases},
		{"RequestLVBAddr", requestCases},
		{"StreamIDs", streamIDCases},
		{"Sessions", sessionCases},
		{"ChangeStatus", statusCases},
		{"ChangeCount", countCases},
		{"FetchList", listCases},
		{"GetCOSSign", cosCases},
		{"EnterGroup", enterCases},
		{"QuitGroup", quitCases},
		{"FetchGroupMemberList", memberListCases},
		{"GetUserInfo", userInfoCases},
		{"Events", eventCases},
		{"Sequences", sequenceCases},
		{"Recordings", recordingCases},
		{"RecordingFiles", recordingFileCases},
		{"Retries", retryCases},
		{"Ops", opsCases},
	} {
		t.Run(subject.name, func(t *testing.T) { subject.cases(t, shared) })
	}
}

// onTheirOwn runs the cases that need settings, empty lists or restarts.
func onTheirOwn(t *testing.T, start Starter) {
	for _, subject := range []struct {
		name  string
		cases func(*testing.T, Starter)
	}{
		{"LiveTTL", liveTTLCases},
		{"ExpiryOverARestart", expiryOverRestartCases},
		{"RecordingWindow", recordingWindowCases},
		{"RecordedSessions", recordedSessionCases},
		{"MemberTTL", memberTTLCases},
		{"Forgetting", forgettingCases},
		{"Caps", capCases},
		{"MemberOrderLevel", levelOrderCases},
		{"OtherSettings", otherSettingsCases},
		{"NothingConfigured", unconfiguredCases},
		{"Crowds", crowdCases},
		{"CORS", corsCases},
		{"Proofs", proofCases},
		{"Paging", pagingCases},
		{"Restart", restartCases},
		{"Kill", killCases},
		{"AmidWrites", amidWritesCases},
	} {
		t.Run(subject.name, func(t *testing.T) {
			t.Parallel()
			subject.cases(t, start)
		})
	}
}
