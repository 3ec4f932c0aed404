package verify_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// startLimit is how long a server may take to listen.
const startLimit = 3 * time.Minute

// server is a process with the demo keys.
type server struct {
	url    string
	admin  string // "" if operators are not answered
	client *http.Client
}

var (
	folder string // of what is built
	build  sync.Once
)

// TestMain gives all tests one folder.
func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "verify"); err != nil {
		panic(err)
	}
	m.Run()
	_ = os.RemoveAll(folder) // nothing depends on it
}

// built builds the server, once for all tests.
func built(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(folder, "xiaozhibo")
	build.Do(func() {
		args := []string{"build", "-o", path, "xiaozhibo.dev/deploy/standalone"}
		if out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput(); err != nil {
			t.Fatalf("go build: %v\n%s", err, out)
		}
	})
	return path
}

// start runs a server until t ends.
func start(t *testing.T, settings map[string]string) server {
	t.Helper()
	command := exec.Command(built(t), "-config", filepath.Join(root, "deploy", "demo.yaml"))
	command.Env = []string{"XZB_LISTEN_HTTP=127.0.0.1:0", "XZB_LISTEN_OPS=127.0.0.1:0", "XZB_DATA_DIR=" + t.TempDir()}
	for name, value := range settings {
		command.Env = append(command.Env, name+"="+value)
	}
	log, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var of server
	listens, read := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(read)
		told := false
		for lines := bufio.NewScanner(log); lines.Scan(); {
			var line struct{ Msg, Listener, Address string }
			if json.Unmarshal(lines.Bytes(), &line) != nil || line.Msg != "listening" {
				continue
			}
			switch line.Listener {
			case "http":
				of.url = "http://" + line.Address
			case "admin":
				of.admin = "http://" + line.Address
			}
			if of.url != "" && (of.admin != "") == (settings["XZB_LISTEN_ADMIN"] != "") && !told {
				told = true
				close(listens)
			}
		}
	}()
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM) // it may have ended
		<-read
		if err := command.Wait(); err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	select {
	case <-listens:
		of.client = &http.Client{Timeout: time.Minute}
		return of
	case <-read:
		t.Fatalf("the server ended before it listened")
	case <-time.After(startLimit):
		t.Fatalf("the server does not listen after %v", startLimit)
	}
	return server{}
}
