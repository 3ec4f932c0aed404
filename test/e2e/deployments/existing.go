package deployments

import (
	"os"
	"strings"
	"testing"

	"xiaozhibo.dev/test/e2e/client"
)

// Existing returns a Starter that hands out the system at url, which it neither starts nor stops. Cases that
// need settings, an empty server or a restart are skipped. Settings are read from the environment.
func Existing(url string) client.Starter {
	return func(t *testing.T, settings map[string]string) client.Server {
		t.Helper()
		if settings != nil {
			t.Skipf("needs a server of its own, with %v: not on an existing system", settings)
		}
		return existing{url: strings.TrimSuffix(url, "/")}
	}
}

type existing struct{ url string }

func (e existing) URL() string    { return e.url }
func (e existing) OpsURL() string { return "" }

func (e existing) Setting(name string) string {
	if value, found := os.LookupEnv(name); found {
		return value
	}
	return client.Defaults()[name]
}

// Conceal does nothing: the log of an existing system is out of reach.
func (e existing) Conceal(string) {}

func (e existing) Restart(t testing.TB) {
	t.Helper()
	t.Skip("an existing system is not restarted")
}

func (e existing) Kill(t testing.TB) {
	t.Helper()
	t.Skip("an existing system is not killed")
}
