package lifecycle

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"

	"xiaozhibo.dev/libs/config"
)

// The exit codes of a process.
const (
	exitDone    = 0 // also after -help
	exitFailed  = 1
	exitMisused = 2 // a *config.Error: restarting will not help
)

// Main is all of a program's main. It calls run with the arguments after the
// program's name and a context that ends at the first SIGINT or SIGTERM; the
// second ends the process at once. Then it exits: with 0 if run returned nil or
// flag.ErrHelp, with 2 for a *config.Error and with 1 for any other error,
// which it prints to standard error.
func Main(run func(ctx context.Context, args []string, stdout, stderr io.Writer) error) {
	os.Exit(execute(run)) //nolint:forbidigo // this is the one place
}

// execute is Main without the exit, for tests.
func execute(run func(ctx context.Context, args []string, stdout, stderr io.Writer) error) int {
	// A goroutine in fsync holds its processor; with only one all others wait.
	if runtime.GOMAXPROCS(0) < 2 {
		runtime.GOMAXPROCS(2)
	}
	ctx, release := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer release()
	context.AfterFunc(ctx, release) // the second signal does what signals do

	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return exitDone
	}
	fmt.Fprintf(os.Stderr, "%s: %v\n", filepath.Base(os.Args[0]), err)
	if wrong := (*config.Error)(nil); errors.As(err, &wrong) {
		return exitMisused
	}
	return exitFailed
}
