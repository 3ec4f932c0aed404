package artifact

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// whole is the image of the server in one process. Its program has the project's name.
const whole = "standalone"

// file is the name of the program's file in an archive.
func (p Program) file() string {
	if p.Image == whole {
		return "xiaozhibo"
	}
	return p.Image
}

// compile puts the programs into a folder, which it makes. Nothing of the machine gets into them: no
// path, no C, and of Git the commit alone, as it is given.
func (r *Release) compile(ctx context.Context, platform Platform, bin string) error {
	const variables = "xiaozhibo.dev/libs/program."
	flags := fmt.Sprintf("-s -w -X %[1]sVersion=%[2]s -X %[1]sCommit=%[3]s", variables, r.Version, r.Commit)
	args := []string{"build", "-tags", "grpcnotrace", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", bin + string(filepath.Separator)}
	for _, program := range r.Programs {
		args = append(args, program.Package)
	}
	command := exec.CommandContext(ctx, "go", args...)
	command.Dir = r.Root
	command.Env = append(os.Environ(), "GOOS="+platform.OS, "GOARCH="+platform.Arch, "CGO_ENABLED=0",
		"GOFLAGS=", "GOEXPERIMENT=", "GOAMD64=v1", "GOARM64=v8.0", "GOFIPS140=off")
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("compile for %s: %w\n%s", platform, err, out)
	}
	for _, program := range r.Programs { // go build names them after their packages
		if err := os.Rename(filepath.Join(bin, path.Base(program.Package)), filepath.Join(bin, program.file())); err != nil {
			return fmt.Errorf("compile for %s: %w", platform, err)
		}
	}
	return nil
}

// documents are what an archive of programs has besides these, and under which name.
var documents = map[string]string{
	"LICENSE": "LICENSE", "CHANGELOG.md": "CHANGELOG.md", "README.md": "README.md", "README.zh-CN.md": "README.zh-CN.md",
	"deploy/demo.yaml": "demo.yaml",
}

// programs writes the archive of the programs for a platform.
func (r *Release) programs(platform Platform, bin, folder string) error {
	name := fmt.Sprintf("xiaozhibo-%s-%s", r.Version, platform)
	var entries []entry
	for source, target := range documents {
		entries = append(entries, entry{name: name + "/" + target, mode: 0o644, path: filepath.Join(r.Root, filepath.FromSlash(source))})
	}
	for _, program := range r.Programs {
		entries = append(entries, entry{name: name + "/" + program.file(), mode: 0o755, path: filepath.Join(bin, program.file())})
	}
	return r.compressed(filepath.Join(folder, name+".tar.gz"), entries)
}

const chart = "deploy/helm/xiaozhibo"

// chart writes the chart's package. The chart has its version already.
func (r *Release) chart(folder string) error {
	root := filepath.Join(r.Root, filepath.FromSlash(chart))
	ignored, err := ignored(filepath.Join(root, ".helmignore"))
	if err != nil {
		return err
	}
	var entries []entry
	err = filepath.WalkDir(root, func(file string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, file)
		switch name = filepath.ToSlash(name); {
		case err != nil:
			return err
		case ignored[name] && d.IsDir():
			return filepath.SkipDir
		case !ignored[name] && d.Type().IsRegular():
			entries = append(entries, entry{name: "xiaozhibo/" + name, mode: 0o644, path: file})
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("chart: %w", err)
	}
	return r.compressed(filepath.Join(folder, "xiaozhibo-"+r.Version+".tgz"), entries)
}

// ignored reads the names that are no part of the chart. Of the patterns that Helm knows it takes names from
// the chart's root only.
func ignored(file string) (map[string]bool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("chart: %w", err)
	}
	names := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		name := strings.TrimSpace(line)
		if name == "" || name[0] == '#' {
			continue
		}
		if name[0] != '/' || strings.ContainsAny(name, "*?[!") {
			return nil, fmt.Errorf("chart: %s: %q is no name from the root", file, name)
		}
		names[strings.Trim(name, "/")] = true
	}
	return names, nil
}
