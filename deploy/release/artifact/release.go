// Package artifact makes the files of a release. The same commit, version and Go
// make the same bytes, on any machine and in any folder: what a file holds is
// sorted, belongs to nobody, and has the time of the commit.
package artifact

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"xiaozhibo.dev/libs/config"
)

// Release is what is to be made.
type Release struct {
	Root      string // folder of the project
	Version   string // such as 0.2.0
	Commit    string // 40 hexadecimal digits
	Created   time.Time
	Registry  string // in front of the names of the images; "" is none
	Key       string // file of the private SSH key that signs; "" is no signature
	Programs  []Program
	Platforms []Platform
}

// Program is one program.
type Program struct {
	Image   string // name of its image
	Package string // of its main, from the root
}

// Platform is what a program runs on.
type Platform struct{ OS, Arch string }

// Platforms are all that a release is made for. Images are made of those of Linux.
var Platforms = []Platform{{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}}

func (p Platform) String() string { return p.OS + "-" + p.Arch }

// version is a semantic one, as the chart needs it; what is built from is no part of it.
var version = regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`)

// Make makes all files in a folder named after the version, and returns that folder.
// One that is there already is replaced once the new one is whole.
func (r *Release) Make(ctx context.Context, output string) (folder string, err error) {
	if err := r.check(); err != nil {
		return "", err
	}
	if err := os.MkdirAll(output, 0o750); err != nil {
		return "", fmt.Errorf("release: %w", err)
	}
	folder = filepath.Join(output, r.Version)
	partial, err := os.MkdirTemp(output, r.Version+".partial-")
	if err != nil {
		return "", fmt.Errorf("release: %w", err)
	}
	defer func() { _ = os.RemoveAll(partial) }()
	if err := r.into(ctx, partial); err != nil {
		return "", err
	}
	if err := os.RemoveAll(folder); err != nil {
		return "", fmt.Errorf("release: %w", err)
	}
	if err := os.Rename(partial, folder); err != nil {
		return "", fmt.Errorf("release: %w", err)
	}
	return folder, os.Chmod(folder, 0o755) //nolint:gosec // it is to be read by all
}

// check refuses a version that the documents do not know yet, before anything is compiled.
func (r *Release) check() error {
	if !version.MatchString(r.Version) {
		return config.Errorf("version %q: want one such as 0.2.0", r.Version)
	}
	for name, want := range map[string]string{
		chart + "/Chart.yaml": `(?m)^version: ` + regexp.QuoteMeta(r.Version) + `\nappVersion: ` + regexp.QuoteMeta(r.Version) + `$`,
		"CHANGELOG.md":        `(?m)^## ` + regexp.QuoteMeta(r.Version) + `\b`,
	} {
		text, err := os.ReadFile(filepath.Join(r.Root, filepath.FromSlash(name)))
		if err != nil {
			return fmt.Errorf("release: %w", err)
		}
		if !regexp.MustCompile(want).Match(text) {
			return config.Errorf("%s does not tell of version %s", name, r.Version)
		}
	}
	return nil
}

// into makes all files in a folder that is there.
func (r *Release) into(ctx context.Context, folder string) error {
	built, err := os.MkdirTemp("", "xiaozhibo-release-")
	if err != nil {
		return fmt.Errorf("release: %w", err)
	}
	defer func() { _ = os.RemoveAll(built) }()
	var modules inventory
	for _, platform := range r.Platforms {
		bin := filepath.Join(built, platform.String())
		if err := r.compile(ctx, platform, bin); err != nil {
			return err
		}
		if err := modules.addAll(bin); err != nil {
			return err
		}
		if err := r.programs(platform, bin, folder); err != nil {
			return err
		}
		if platform.OS == "linux" {
			if err := r.images(platform, bin, folder); err != nil {
				return err
			}
		}
		if err := os.RemoveAll(bin); err != nil {
			return fmt.Errorf("release: %w", err)
		}
	}
	if err := r.chart(folder); err != nil {
		return err
	}
	if err := r.bill(ctx, modules, folder); err != nil {
		return err
	}
	return r.sums(ctx, folder)
}
