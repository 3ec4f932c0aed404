package artifact

import (
	"context"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// authoritiesModule is where the images have their authorities from.
const authoritiesModule = "golang.org/x/crypto/x509roots/fallback"

// ours is what the names of the project's own modules begin with.
const ours = "xiaozhibo.dev/"

// inventory is what programs are made of: the version and the sum in go.sum of each module, by its name.
type inventory map[string]module

type module struct{ version, sum string }

// addAll adds what the programs of a folder tell of themselves.
func (i *inventory) addAll(bin string) error {
	programs, err := os.ReadDir(bin)
	if err != nil {
		return fmt.Errorf("bill of materials: %w", err)
	}
	if *i == nil {
		*i = inventory{}
	}
	for _, program := range programs {
		told, err := buildinfo.ReadFile(filepath.Join(bin, program.Name()))
		if err != nil {
			return fmt.Errorf("bill of materials: %w", err)
		}
		(*i)["std"] = module{version: strings.TrimPrefix(told.GoVersion, "go")}
		for _, used := range told.Deps {
			if used.Replace != nil {
				used = used.Replace
			}
			if !strings.HasPrefix(used.Path, ours) {
				(*i)[used.Path] = module{version: used.Version, sum: used.Sum}
			}
		}
	}
	return nil
}

// component is one of CycloneDX.
type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	URL        string     `json:"purl"`
	Properties []property `json:"properties,omitempty"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func newComponent(kind, name, version string) component {
	url := "pkg:golang/" + name + "@" + version
	return component{Type: kind, Ref: url, Name: name, Version: version, URL: url}
}

// bill writes the bill of materials, as CycloneDX 1.6: the modules in any program on any platform, Go itself, and the
// authorities in the images. Sums are those of go.sum, which are of a module's files and not of one archive.
func (r *Release) bill(ctx context.Context, modules inventory, folder string) error {
	command := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Version}}", authoritiesModule)
	command.Dir = r.Root
	bundled, err := command.Output()
	if err != nil {
		return fmt.Errorf("bill of materials: go list %s: %w", authoritiesModule, err)
	}
	modules = maps.Clone(modules)
	modules[authoritiesModule] = module{version: strings.TrimSpace(string(bundled))}

	product := newComponent("application", ours[:len(ours)-1], r.Version)
	product.Properties = []property{{"commit", r.Commit}}
	components, refs := []component{}, []string{}
	for _, name := range slices.Sorted(maps.Keys(modules)) {
		used := newComponent("library", name, modules[name].version)
		if sum := modules[name].sum; sum != "" {
			used.Properties = []property{{"go.sum", sum}}
		}
		components, refs = append(components, used), append(refs, used.Ref)
	}
	return create(filepath.Join(folder, "xiaozhibo-"+r.Version+".cdx.json"), func(to io.Writer) error {
		encoder := json.NewEncoder(to)
		encoder.SetIndent("", "  ")
		return encoder.Encode(object{
			"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
			"metadata":     object{"timestamp": r.Created.UTC().Format(time.RFC3339), "component": product},
			"components":   components,
			"dependencies": []object{{"ref": product.Ref, "dependsOn": refs}},
		})
	})
}
