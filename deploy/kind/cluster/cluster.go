// Package cluster is a Kubernetes cluster to be thrown away: its two nodes are
// containers, made by kind, with the images and the chart of this project.
package cluster

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	kind "sigs.k8s.io/kind/pkg/cluster"
	"sigs.k8s.io/kind/pkg/cluster/nodes"
	"sigs.k8s.io/kind/pkg/cluster/nodeutils"
	"sigs.k8s.io/kind/pkg/cmd"
)

// readyTimeout bounds how long the nodes may take to be ready.
const readyTimeout = 3 * time.Minute

//go:embed cluster.yaml
var config []byte

// Cluster is a cluster that is up.
type Cluster struct {
	name       string
	root       string // of the project
	log        io.Writer
	provider   *kind.Provider
	nodes      []nodes.Node
	control    nodes.Node
	kubeconfig string
	loaded     string // which images
}

// Up returns the cluster of that name, which it creates if there is none. The
// engine is started and the node image built first, where that is necessary.
// Progress goes to log.
func Up(ctx context.Context, name string, log io.Writer) (*Cluster, error) {
	c, err := onEngine(ctx, name, log)
	if err != nil {
		return nil, err
	}
	if err := c.exist(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

// UpWithImages is Up with the images of this project, as it is now, in the nodes.
// They are built while the cluster starts.
func UpWithImages(ctx context.Context, name string, log io.Writer) (*Cluster, error) {
	c, err := onEngine(ctx, name, log)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "images-")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	archive := filepath.Join(dir, "images.tar")

	both, ctxOfBoth := errgroup.WithContext(ctx)
	both.Go(func() error { return c.build(ctxOfBoth, archive) })
	both.Go(func() error { return c.exist(ctxOfBoth) })
	if err := both.Wait(); err != nil {
		return nil, err
	}
	if err := c.Load(archive); err != nil {
		return nil, err
	}
	return c, nil
}

// onEngine is a cluster that has not been looked for, on an engine that answers.
func onEngine(ctx context.Context, name string, log io.Writer) (*Cluster, error) {
	root, err := projectRoot()
	if err != nil {
		return nil, err
	}
	c := &Cluster{name: name, root: root, log: log}
	_, err = c.script(ctx, "deploy/kind/engine.sh")
	return c, err
}

// exist finds the cluster, or creates it.
func (c *Cluster) exist(ctx context.Context) error {
	c.provider = kind.NewProvider(kind.ProviderWithDocker(), kind.ProviderWithLogger(cmd.NewLogger()))
	existing, err := c.provider.List()
	if err != nil {
		return fmt.Errorf("list clusters: %w", err)
	}
	if !slices.Contains(existing, c.name) {
		if err := c.create(ctx); err != nil {
			return err
		}
	}
	return c.find()
}

// Down removes the cluster of that name, if there is one.
func Down(name string) error {
	provider := kind.NewProvider(kind.ProviderWithDocker(), kind.ProviderWithLogger(cmd.NewLogger()))
	if err := provider.Delete(name, ""); err != nil {
		return fmt.Errorf("delete cluster: %w", err)
	}
	return nil
}

func (c *Cluster) create(ctx context.Context) error {
	image, err := c.script(ctx, "deploy/kind/node-image.sh")
	if err != nil {
		return err
	}
	whole := config
	if exec.CommandContext(ctx, c.path("deploy/kind/confined/capable.sh")).Run() != nil {
		if whole, err = c.confined(); err != nil {
			return err
		}
	}
	err = c.provider.Create(c.name,
		kind.CreateWithRawConfig(whole),
		kind.CreateWithNodeImage(strings.TrimSpace(image)),
		kind.CreateWithWaitForReady(readyTimeout),
		kind.CreateWithDisplaySalutation(false))
	if err != nil {
		return fmt.Errorf("create cluster: %w", err)
	}
	return nil
}

// confined is the configuration for a host that is confined itself.
func (c *Cluster) confined() ([]byte, error) {
	patch, err := os.ReadFile(c.path("deploy/kind/confined/kubelet.yaml"))
	if err != nil {
		return nil, fmt.Errorf("read patch: %w", err)
	}
	indented := strings.ReplaceAll(strings.TrimSpace(string(patch)), "\n", "\n    ")
	return slices.Concat(bytes.TrimSpace(config), []byte("\n  - |\n    "+indented+"\n")), nil
}

// find looks up the nodes and writes down how to reach the cluster.
func (c *Cluster) find() (err error) {
	if c.nodes, err = c.provider.ListInternalNodes(c.name); err != nil {
		return fmt.Errorf("list nodes: %w", err)
	}
	control, err := nodeutils.ControlPlaneNodes(c.nodes)
	if err != nil || len(control) == 0 {
		return errors.Join(errors.New("the cluster has no control plane"), err)
	}
	c.control = control[0]
	c.kubeconfig = c.path("bin/" + c.name + ".kubeconfig")
	if err := c.provider.ExportKubeConfig(c.name, c.kubeconfig, false); err != nil {
		return fmt.Errorf("export kubeconfig: %w", err)
	}
	return nil
}

// Kubeconfig is the path of a file for kubectl and helm.
func (c *Cluster) Kubeconfig() string { return c.kubeconfig }

// Nodes are the names of the nodes.
func (c *Cluster) Nodes() (names []string) {
	for _, node := range c.nodes {
		names = append(names, node.String())
	}
	return names
}

// path is that of a file of the project.
func (c *Cluster) path(file string) string { return filepath.Join(c.root, filepath.FromSlash(file)) }

// projectRoot is the folder of go.work above the one we are in.
func projectRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("working directory: %w", err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir, nil
		}
	}
	return "", errors.New("no go.work in this folder or above: run it inside the project")
}
