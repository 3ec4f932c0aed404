//go:build kind

package onkind_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/deploy/kind/cluster"
)

// onACluster are the blocks of a document that are carried out on a cluster.
var onACluster = regexp.MustCompile("(?ms)^```bash\n(.*?)\n```$")

// mostPatient is how long the blocks of a document may take.
const mostPatient = 10 * time.Minute

// reader carries out what a document says, in a folder with what its readers have: helm, kubectl and the chart.
type reader struct {
	cluster   *cluster.Cluster
	folder    string
	namespace string
}

func newReader(t *testing.T, c *cluster.Cluster, namespace string) reader {
	t.Helper()
	r := reader{cluster: c, folder: t.TempDir(), namespace: namespace}
	if err := os.Symlink(c.Values(), filepath.Join(r.folder, "values.yaml")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Helm(t.Context(), "package", c.Chart(), "--destination", r.folder); err != nil {
		t.Fatal(err)
	}
	if err := c.Tools(t.Context(), r.folder); err != nil {
		t.Fatal(err)
	}
	return r
}

// blocks are those of a document, in their order.
func blocks(t *testing.T, document string, want int) (commands []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", document))
	if err != nil {
		t.Fatal(err)
	}
	for _, match := range onACluster.FindAllStringSubmatch(string(text), -1) {
		commands = append(commands, match[1])
	}
	if len(commands) != want {
		t.Fatalf("%s has %d blocks for a cluster, want %d", document, len(commands), want)
	}
	return commands
}

// run runs blocks in one shell. Names that a reader would choose otherwise are those of the test.
func (r reader) run(t *testing.T, blocks ...string) {
	t.Helper()
	began := now()
	names := strings.NewReplacer("--namespace live", "--namespace "+r.namespace, "registry.example.com/", "", ":0.2.0", ":"+cluster.Tag, "--timeout=1h", "--timeout=5m")
	limited, cancel := context.WithTimeout(t.Context(), mostPatient)
	defer cancel()
	bash := exec.CommandContext(limited, "bash", "-eu", "-o", "pipefail", "-c", names.Replace(strings.Join(blocks, "\n")))
	bash.Dir = r.folder
	bash.Env = append(os.Environ(), "PATH="+r.folder+":"+os.Getenv("PATH"), "KUBECONFIG="+r.cluster.Kubeconfig())
	out, err := bash.CombinedOutput()
	if err != nil {
		pods, _ := r.cluster.Kubectl(t.Context(), "--namespace", r.namespace, "get", "pods") // it is for people
		t.Fatalf("the commands of the document: %v\n%s\n%s", err, out, pods)
	}
	t.Logf("%d blocks of the document within %s", len(blocks), since(began))
}
