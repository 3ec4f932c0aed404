//go:build kind

package onkind_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// fewestCases is how many cases of the suite run on an existing system at least.
const fewestCases = 100

// suite builds the behaviour suite, once for all releases.
var suite = sync.OnceValues(func() (path string, err error) {
	if path, err = filepath.Abs("../../../bin/e2e.test"); err != nil {
		return "", err
	}
	out, err := exec.CommandContext(context.Background(), "go", "test", "-c", "-o", path, "xiaozhibo.dev/test/e2e").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
})

// contract runs the behaviour suite as anybody would against a system that is
// up: in a process of its own, which trusts our authority.
func (r *release) contract(t *testing.T) {
	suite, err := suite()
	if err != nil {
		t.Fatalf("build the suite: %v", err)
	}
	began := now()
	run := exec.CommandContext(t.Context(), suite, "-test.v", "-test.timeout=10m", "-test.run=KeepsTheContract")
	run.Env = append(os.Environ(), "XZB_E2E_URL="+r.url, "SSL_CERT_FILE="+r.authority, "XZB_AUTH="+r.auth, "XZB_AUTH_JWT_KEY="+authKey)
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("the behaviour suite: %v\n%s", err, failing(string(out)))
	}
	passed := regexp.MustCompile(`(?m)^ +--- PASS`).FindAllIndex(out, -1)
	skipped := regexp.MustCompile(`(?m)^ +--- SKIP`).FindAllIndex(out, -1)
	if !strings.Contains(string(out), "--- PASS: TestEveryDeploymentKeepsTheContract/Contract/OneServer/Strangers") {
		t.Errorf("what strangers may do has not been tried:\n%s", out)
	}
	if len(passed) < fewestCases {
		t.Errorf("only %d cases have run:\n%s", len(passed), out)
	}
	t.Logf("the behaviour suite over HTTPS: %d cases passed, %d need a server of their own, %s", len(passed), len(skipped), since(began))
}

// failing is the part of a verbose output that is not about success.
func failing(out string) string {
	passing := regexp.MustCompile(`^(=== | *--- (PASS|SKIP))`)
	var lines []string
	for line := range strings.Lines(out) {
		if !passing.MatchString(line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}
