// Release makes what users download, the same bytes every time: `make release
// VERSION=0.2.0`.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"xiaozhibo.dev/deploy/release/artifact"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/lifecycle"
)

func main() { lifecycle.Main(run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	flags.SetOutput(stderr)
	release := artifact.Release{Root: ".", Platforms: artifact.Platforms}
	flags.StringVar(&release.Version, "version", "", "version, without a v in front: 0.2.0")
	flags.StringVar(&release.Registry, "registry", "", "registry in front of the names of the images")
	flags.StringVar(&release.Key, "key", "", "file of a private SSH key that signs SHA256SUMS; empty: no signature")
	output := flags.String("output", "dist", "folder in which that of the version is made")
	if err := flags.Parse(args); err != nil {
		return err
	}
	for _, image := range flags.Args() {
		name, pkg, ok := strings.Cut(image, "=")
		if !ok {
			return config.Errorf("usage: release [flag]... PROGRAM=PACKAGE...")
		}
		release.Programs = append(release.Programs, artifact.Program{Image: name, Package: pkg})
	}
	if err := fromGit(ctx, &release); err != nil {
		return err
	}
	folder, err := release.Make(ctx, *output)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, folder)
	return err
}

// fromGit says what is released: a commit, and nothing besides.
func fromGit(ctx context.Context, release *artifact.Release) error {
	changed, err := git(ctx, "status", "--porcelain")
	if err != nil {
		return err
	}
	if changed != "" {
		return config.Errorf("a release is of a commit, and these files differ from it:\n%s", changed)
	}
	if release.Commit, err = git(ctx, "rev-parse", "HEAD"); err != nil {
		return err
	}
	seconds, err := git(ctx, "show", "--no-patch", "--format=%ct", "HEAD")
	if err != nil {
		return err
	}
	since, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return fmt.Errorf("time of the commit: %w", err)
	}
	release.Created = time.Unix(since, 0).UTC()
	return nil
}

func git(ctx context.Context, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "git", args...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w", args[0], err)
	}
	return strings.TrimSpace(string(out)), nil
}
