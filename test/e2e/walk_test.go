package e2e_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"xiaozhibo.dev/test/e2e/deployments"
	"xiaozhibo.dev/test/e2e/disasters"
	"xiaozhibo.dev/test/programs"
)

// The blocks of a document that are run on one machine, and those that make e2e runs on a cluster.
var (
	shell      = regexp.MustCompile("(?ms)^```sh\n(.*?)\n```$")
	onACluster = regexp.MustCompile("(?ms)^```bash\n(.*?)\n```$")
)

// blocks are those of a document, in their order.
func blocks(t *testing.T, name string, pattern *regexp.Regexp) (blocks []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	for _, match := range pattern.FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, match[1])
	}
	if len(blocks) < 5 {
		t.Fatalf("%s has %d blocks", name, len(blocks))
	}
	return blocks
}

// The commands are those of the document; the ports are others, because several tests share a machine.
func TestTheWalkLeadsFromOneProcessToFiveAndItsViewerNoticesNothingButTheReconnect(t *testing.T) {
	for _, program := range []string{"bash", "curl", "redis-server"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("no %s on the PATH", program)
		}
	}
	steps, ports := blocks(t, "walk.md", shell), map[string]string{}
	addresses := &programs.Builder{}
	walker := newWalker(t, theBuilt(t))
	var viewer *disasters.Following
	for i, commands := range steps {
		for _, port := range regexp.MustCompile(`\b(80\d\d|90\d\d|16379)\b`).FindAllString(commands, -1) {
			if ports[port] == "" {
				_, ports[port], _ = strings.Cut(addresses.Address(), ":")
			}
			commands = strings.ReplaceAll(commands, port, ports[port])
		}
		if i == len(steps)-1 { // all ends
			viewer.End(t)
		}
		walker.run(t, commands)
		switch {
		case strings.Contains(commands, "EnterGroup"):
			viewer = disasters.Follow(t, "http://127.0.0.1:"+ports["8080"], "tom", "g1")
		case strings.Contains(commands, "gateway=$!"):
			viewer.Reconnected(t)
		}
	}
	said := walker.said(t)
	if match := regexp.MustCompile(`(?m)^(\d+)\n"likecount":(\d+)$`).FindStringSubmatch(said); len(match) != 3 || match[1] != match[2] {
		t.Errorf("likes that were acknowledged, and those that are counted: %q in\n%s", match, said)
	}
}

func TestTranslationsHaveTheSameCommands(t *testing.T) {
	for name, pattern := range map[string]*regexp.Regexp{"walk": shell, "backup": onACluster} {
		ours, theirs := blocks(t, name+".md", pattern), blocks(t, name+".zh.md", pattern)
		if len(ours) != len(theirs) {
			t.Fatalf("%s: %d blocks, and in Chinese %d", name, len(ours), len(theirs))
		}
		for i := range ours {
			if ours[i] != theirs[i] {
				t.Errorf("%s: block %d is\n%s\nand in Chinese\n%s", name, i+1, ours[i], theirs[i])
			}
		}
	}
}

// walker is a shell in a folder with the programs, as a reader's: what a block sets, the next one has.
type walker struct {
	folder string
	stdin  io.WriteCloser
	done   *bufio.Scanner // one line when a block has ended
}

func newWalker(t *testing.T, built deployments.Programs) *walker {
	t.Helper()
	w := &walker{folder: t.TempDir()}
	if err := built.Unpack(w.folder); err != nil {
		t.Fatal(err)
	}
	demo, err := os.ReadFile("../../deploy/demo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.folder, "demo.yaml"), demo, 0o600); err != nil {
		t.Fatal(err)
	}
	output, err := os.Create(w.output())
	if err != nil {
		t.Fatal(err)
	}
	defer output.Close()
	done, tell, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer tell.Close()
	w.done = bufio.NewScanner(done)
	bash := exec.CommandContext(t.Context(), "bash", "-eu", "-o", "pipefail")
	bash.Dir, bash.Stdout, bash.Stderr, bash.ExtraFiles = w.folder, output, output, []*os.File{tell}
	bash.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if w.stdin, err = bash.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := bash.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = w.stdin.Close()
		if t.Failed() { // some of its processes may go on
			_ = syscall.Kill(-bash.Process.Pid, syscall.SIGKILL)
			t.Logf("what the walk wrote:\n%s", w.said(t))
		}
		_ = bash.Wait() // run has told how it went
		_ = done.Close()
	})
	return w
}

func (w *walker) output() string { return filepath.Join(w.folder, "output") }

// run runs a block to its end.
func (w *walker) run(t *testing.T, commands string) {
	t.Helper()
	if _, err := fmt.Fprintf(w.stdin, "%s\necho done >&3\n", commands); err != nil {
		t.Fatal(err)
	}
	if !w.done.Scan() {
		t.Fatalf("a command of this block has failed:\n%s", commands)
	}
}

// said is all that the commands wrote.
func (w *walker) said(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(w.output())
	if err != nil {
		t.Error(err)
	}
	return string(text)
}
