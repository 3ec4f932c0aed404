package client

import (
	"maps"
	"testing"
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

// SecretSettings are the settings whose values may appear in no reply, log line or metric.
func SecretSettings() []string {
	return []string{"XZB_PUSH_KEY", "XZB_PLAY_KEY", "XZB_CALLBACK_KEY", "XZB_COS_SECRET_KEY", "XZB_REDIS_PASSWORD",
		"XZB_AUTH_JWT_KEY", "XZB_AUTH_USERSIG_KEY", "XZB_RPC_SECRET", "XZB_VOD_CALLBACK_TOKEN"}
}

func Changed(settings, more map[string]string) map[string]string {
	all := maps.Clone(settings)
	maps.Copy(all, more)
	return all
}
