//go:build !race

// What takes time here is to link, compress and hash programs, one after the other: the race detector makes that slower and has
// nothing to compare. make unraced runs it.

package artifact_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/deploy/release/artifact"
)

const root = "../../.."

// ours is the platform of this machine: the others are made by the same code.
var ours = artifact.Platform{OS: runtime.GOOS, Arch: runtime.GOARCH}

// release is one of the smallest size: one platform, the whole server and one service. Its version is the chart's.
func release(t *testing.T, root string) *artifact.Release {
	t.Helper()
	chart := read(t, filepath.Join(root, "deploy", "helm", "xiaozhibo", "Chart.yaml"))
	return &artifact.Release{
		Root:    root,
		Version: string(regexp.MustCompile(`(?m)^version: (.*)$`).FindSubmatch(chart)[1]),
		Commit:  strings.Repeat("c0ffee00", 5),
		Created: time.Date(2026, 11, 27, 4, 5, 6, 0, time.UTC),
		Programs: []artifact.Program{
			{Image: "standalone", Package: "./deploy/standalone"},
			{Image: "signing", Package: "./services/signing/cmd/signing"},
		},
		Platforms: []artifact.Platform{ours},
	}
}

// made is the release of this tree, in a folder of its own.
func made(t *testing.T, r *artifact.Release) string {
	t.Helper()
	folder, err := r.Make(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// One compilation is enough for what is asked of its files.
func TestARelease(t *testing.T) {
	r := release(t, root)
	r.Key = key(t)
	folder := made(t, r)
	t.Run("has the same bytes when it is made in another folder", func(t *testing.T) { sameBytes(t, folder) })
	t.Run("has a program that answers", func(t *testing.T) { answers(t, r, folder) })
	t.Run("has images that are run as nobody and know the authorities", func(t *testing.T) { images(t, r, folder) })
	t.Run("has a chart of its version without what tests it", func(t *testing.T) { chart(t, r, folder) })
	t.Run("has a bill of what the programs are made of", func(t *testing.T) { bill(t, r, folder) })
	t.Run("is verified as the document says", func(t *testing.T) { verified(t, r, folder) })
}

func sameBytes(t *testing.T, folder string) {
	copied := t.TempDir()
	for _, name := range []string{"libs", "services", "gateway", "deploy", "test"} {
		if err := os.CopyFS(filepath.Join(copied, name), os.DirFS(filepath.Join(root, name))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.work", "go.work.sum", "LICENSE", "CHANGELOG.md", "README.md", "README.zh-CN.md"} {
		if err := os.WriteFile(filepath.Join(copied, name), read(t, filepath.Join(root, name)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("GOFLAGS", "-tags=other -buildvcs=true")
	again := made(t, release(t, copied))
	if first, second := read(t, filepath.Join(folder, "SHA256SUMS")), read(t, filepath.Join(again, "SHA256SUMS")); !bytes.Equal(first, second) {
		t.Errorf("made in two folders:\n%s\n%s", first, second)
	}
}

func bill(t *testing.T, r *artifact.Release, folder string) {
	var told struct {
		BOMFormat, SpecVersion string
		Metadata               struct{ Component struct{ Version string } }
		Components             []struct {
			Name, Version string
			PURL          string `json:"purl"`
		}
		Dependencies []struct{ DependsOn []string }
	}
	if err := json.Unmarshal(read(t, filepath.Join(folder, "xiaozhibo-"+r.Version+".cdx.json")), &told); err != nil {
		t.Fatal(err)
	}
	if told.BOMFormat != "CycloneDX" || told.SpecVersion != "1.6" || told.Metadata.Component.Version != r.Version {
		t.Errorf("it is a bill of %+v", told.Metadata)
	}
	versions := map[string]string{}
	for _, component := range told.Components {
		versions[component.Name] = component.Version
		if component.PURL != "pkg:golang/"+component.Name+"@"+component.Version {
			t.Errorf("%s: purl is %s", component.Name, component.PURL)
		}
	}
	if versions["std"] != strings.TrimPrefix(runtime.Version(), "go") {
		t.Errorf("Go is %q", versions["std"])
	}
	for _, name := range []string{"go.etcd.io/bbolt", "golang.org/x/crypto/x509roots/fallback"} {
		if !strings.HasPrefix(versions[name], "v") {
			t.Errorf("%s is of version %q", name, versions[name])
		}
	}
	if len(told.Dependencies) != 1 || len(told.Dependencies[0].DependsOn) != len(told.Components) {
		t.Errorf("the product depends on %v", told.Dependencies)
	}
}

// key makes a key to sign with.
func key(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "key")
	run(t, exec.CommandContext(t.Context(), "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "releases@example.com", "-f", file))
	return file
}

// verified runs what docs/release.md tells users to.
func verified(t *testing.T, r *artifact.Release, folder string) {
	signers := filepath.Join(t.TempDir(), "signers")
	if err := os.WriteFile(signers, append([]byte("releases@example.com "), read(t, r.Key+".pub")...), 0o600); err != nil {
		t.Fatal(err)
	}
	list := read(t, filepath.Join(folder, "SHA256SUMS"))
	verify := func(list []byte) error {
		command := exec.CommandContext(t.Context(), "ssh-keygen", "-Y", "verify", "-f", signers, "-I", "releases@example.com",
			"-n", "xiaozhibo-release", "-s", filepath.Join(folder, "SHA256SUMS.sig"))
		command.Stdin = bytes.NewReader(list)
		return command.Run()
	}
	if err := verify(list); err != nil {
		t.Errorf("the signature is refused: %v", err)
	}
	if err := verify(append(list, '\n')); err == nil {
		t.Error("the signature is one of another list, too")
	}
	if runtime.GOOS == "linux" {
		check := exec.CommandContext(t.Context(), "sha256sum", "--check", "--strict", "SHA256SUMS")
		check.Dir = folder
		run(t, check)
	}
	files, err := os.ReadDir(folder)
	if lines := bytes.Count(list, []byte("\n")); err != nil || lines != len(files)-2 {
		t.Errorf("%d sums, %d files with list and signature, %v", lines, len(files), err)
	}
}

func TestAReleaseIsOfAVersionThatTheDocumentsTellOf(t *testing.T) {
	for _, version := range []string{"9.9.9", "0.2", "v0.2.0", "0.2.0-1-gabc+dirty", ""} {
		r, output := release(t, root), t.TempDir()
		r.Version = version
		if folder, err := r.Make(t.Context(), output); err == nil {
			t.Errorf("%q was made: %s", version, folder)
		}
		if left, err := os.ReadDir(output); err != nil || len(left) > 0 {
			t.Errorf("%q leaves %v, %v", version, left, err)
		}
	}
}

func TestWhatFailsLeavesTheReleaseThatWasThere(t *testing.T) {
	r, output := release(t, root), t.TempDir()
	kept := filepath.Join(output, r.Version, "kept")
	if err := os.MkdirAll(kept, 0o750); err != nil {
		t.Fatal(err)
	}
	r.Programs = []artifact.Program{{Image: "none", Package: "./deploy/none"}}
	if _, err := r.Make(t.Context(), output); err == nil || !strings.Contains(err.Error(), "deploy/none") {
		t.Errorf("a program that is not there: %v", err)
	}
	left, err := os.ReadDir(output)
	if _, gone := os.Stat(kept); err != nil || gone != nil || len(left) != 1 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func run(t *testing.T, command *exec.Cmd) string {
	t.Helper()
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return string(out)
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
