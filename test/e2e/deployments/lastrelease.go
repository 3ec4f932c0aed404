package deployments

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
)

var (
	madeFrom     = regexp.MustCompile(`(?m)^\| ([0-9.]+) \| commit ([0-9a-f]+) \|$`)
	chartVersion = regexp.MustCompile(`(?m)^version: (.+)$`)
)

// LastRelease is the latest released version that is not the one that is made here, and its commit. Root is the folder
// of the project.
func LastRelease(root string) (version, commit string, err error) {
	released, err := os.ReadFile(filepath.Join(root, "test", "upgrade", "testdata", "README.md"))
	if err != nil {
		return "", "", err
	}
	chart, err := os.ReadFile(filepath.Join(root, "deploy", "helm", "xiaozhibo", "Chart.yaml"))
	if err != nil {
		return "", "", err
	}
	ours := chartVersion.FindSubmatch(chart)
	if ours == nil {
		return "", "", errors.New("the chart has no version")
	}
	for _, row := range madeFrom.FindAllStringSubmatch(string(released), -1) {
		if row[1] != string(ours[1]) {
			version, commit = row[1], row[2]
		}
	}
	if version == "" {
		return "", "", errors.New("test/upgrade/testdata/README.md names no commit of an earlier version")
	}
	return version, commit, nil
}

// CheckOut puts the project as it was at a commit into a folder. There is false where the history of this clone does
// not reach back so far.
func CheckOut(ctx context.Context, root, commit, folder string) (there bool, err error) {
	there = exec.CommandContext(ctx, "git", "-C", root, "cat-file", "-e", commit+"^{commit}").Run() == nil
	if !there {
		return false, nil
	}
	archive := filepath.Join(folder, "source.tar")
	if out, err := exec.CommandContext(ctx, "git", "-C", root, "archive", "--output", archive, commit).CombinedOutput(); err != nil {
		return true, fmt.Errorf("git archive %s: %w: %s", commit, err, out)
	}
	if out, err := exec.CommandContext(ctx, "tar", "-xf", archive, "-C", folder).CombinedOutput(); err != nil {
		return true, fmt.Errorf("tar: %w: %s", err, out)
	}
	return true, os.Remove(archive)
}
