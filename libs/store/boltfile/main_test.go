package boltfile_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"go.uber.org/goleak"

	"xiaozhibo.dev/libs/store/boltfile"
)

// roleVariable makes this test binary play another process on the file at
// pathVariable.
const (
	roleVariable = "BOLTFILE_TEST_ROLE"
	pathVariable = "BOLTFILE_TEST_PATH"

	holder = "holder" // opens the file, says so, and holds it until it is killed
	writer = "writer" // adds keys 0, 1, 2 … and names each once it is acknowledged
)

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		if err := play(role, os.Getenv(pathVariable)); err != nil {
			fmt.Fprintln(os.Stderr, err) // the test sees the process end
		}
		return
	}
	goleak.VerifyTestMain(m)
}

func play(role, path string) error {
	f, err := boltfile.Open(path, nil, loadNotes)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, "open")
	switch role {
	case holder:
		_, err = io.Copy(io.Discard, os.Stdin)
	case writer:
		for i := 0; err == nil; i++ {
			key := fmt.Sprint(i)
			if err = f.Update(context.Background(), put(key, "kept")); err == nil {
				fmt.Fprintln(os.Stdout, key)
			}
		}
	}
	return err
}

// process is another process that holds a file.
type process struct {
	cmd *exec.Cmd
	out *bufio.Scanner
}

// start returns when the other process has opened the file.
func start(t *testing.T, role, path string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), roleVariable+"="+role, pathVariable+"="+path)
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{cmd, bufio.NewScanner(out)}
	t.Cleanup(func() { p.kill(t) })
	if got := p.line(t); got != "open" {
		t.Fatalf("the other process says %q", got)
	}
	return p
}

// line returns the next line the process says.
func (p *process) line(t *testing.T) string {
	t.Helper()
	if !p.out.Scan() {
		t.Fatalf("the other process ended: %v", p.out.Err())
	}
	return p.out.Text()
}

// kill ends the process as a power cut would, and returns what it said unheard.
func (p *process) kill(t *testing.T) (said []string) {
	t.Helper()
	if p.cmd.ProcessState != nil {
		return nil
	}
	if err := p.cmd.Process.Kill(); err != nil {
		t.Errorf("kill: %v", err)
	}
	for p.out.Scan() {
		said = append(said, p.out.Text())
	}
	if err := p.cmd.Wait(); err == nil {
		t.Error("the other process had ended by itself")
	}
	return said
}
