package deployments

import (
	"context"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"testing"

	"xiaozhibo.dev/test/programs"
)

// Programs are the programs of the system, built.
type Programs struct{ folder string }

// standalone is the package of the whole system in one program.
const standalone = "xiaozhibo.dev/deploy/standalone"

// all are the packages of the programs.
var all = []string{
	standalone,
	"xiaozhibo.dev/gateway/cmd/gateway",
	"xiaozhibo.dev/services/stream/cmd/stream",
	"xiaozhibo.dev/services/counter/cmd/counter",
	"xiaozhibo.dev/services/room/cmd/room",
	"xiaozhibo.dev/services/signing/cmd/signing",
}

// Built are programs that were built before, of another version perhaps.
func Built(folder string) Programs { return Programs{folder} }

// BuildStandalone builds, for deployments in one process, into a temporary folder that lives as long as t; with the
// race detector if the test itself has it. Under make, it builds nothing: TESTED_PROGRAMS names the folder of what
// make tested has built.
func BuildStandalone(t testing.TB) Programs {
	t.Helper()
	return build(t, t.TempDir(), "", standalone)
}

// Build is BuildStandalone for all programs.
func Build(t testing.TB) Programs { return BuildIn(t, "") }

// BuildIn is Build for a test of another module: it builds where the programs' own modules are.
func BuildIn(t testing.TB, module string) Programs {
	t.Helper()
	return build(t, t.TempDir(), module, all...)
}

// BuildInto builds all programs into a folder that the caller removes.
func BuildInto(t testing.TB, folder string) Programs { return build(t, folder, "", all...) }

func build(t testing.TB, folder, module string, packages ...string) Programs {
	t.Helper()
	programs.AreBuilt()
	if built := os.Getenv("TESTED_PROGRAMS"); built != "" {
		return Programs{built} // make has built them once for all tests
	}
	args := []string{"build", "-ldflags", "-s -w", "-o", folder + string(filepath.Separator)} // nobody debugs them
	if RaceEnabled {
		args = append(args, "-race")
	}
	args = append(args, packages...)
	command := exec.CommandContext(context.Background(), "go", args...)
	command.Dir = module
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return Programs{folder}
}

// BuildOf builds all programs of a commit in the history of this repository, with the flags of make build, so that
// what they import may be compiled already. There is false where the history does not reach back so far.
func BuildOf(t testing.TB, commit string) (built Programs, there bool) {
	t.Helper()
	source, folder := t.TempDir(), t.TempDir()
	there, err := CheckOut(context.Background(), filepath.Join("..", ".."), commit, source)
	if err != nil {
		t.Fatal(err)
	}
	if !there {
		return built, false
	}
	args := []string{"build", "-buildvcs=false", "-trimpath", "-tags", "grpcnotrace", "-ldflags", "-s -w", "-o", folder + string(filepath.Separator)}
	command := exec.CommandContext(context.Background(), "go", append(args, all...)...)
	command.Dir = source
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("the programs of %s could not be built: %v\n%s", commit, err, out)
	}
	return Programs{folder}, true
}

// Standalone is the file of the whole system in one program.
func (p Programs) Standalone() string { return p.path("standalone") }

func (p Programs) path(name string) string { return filepath.Join(p.folder, name) }

// role is what one program of a deployment is there for.
type role struct {
	Program  string
	listener string // the one it is reached by, as the log names it
	Setting  string // tells the gateway where it is; "" for the one that clients reach
}

// front is the listener that clients reach.
const front = "http"

// The programs of a deployment; the last is the one that clients reach.
var (
	alone = []role{{Program: "standalone", listener: front}}
	Split = []role{
		{Program: "stream", listener: "rpc", Setting: "XZB_STREAM_ADDRS"},
		{Program: "counter", listener: "rpc", Setting: "XZB_COUNTER_ADDRS"},
		{Program: "room", listener: "rpc", Setting: "XZB_ROOM_ADDRS"},
		{Program: "signing", listener: "rpc", Setting: "XZB_SIGNING_ADDRS"},
		{Program: "gateway", listener: front},
	}
)

// Unpack puts the programs into a folder under the names that a release has them by.
func (p Programs) Unpack(folder string) error {
	for _, pkg := range all {
		name := path.Base(pkg)
		released := name
		if pkg == standalone {
			released = "xiaozhibo"
		}
		if err := os.Symlink(p.path(name), filepath.Join(folder, released)); err != nil {
			return err
		}
	}
	return nil
}
