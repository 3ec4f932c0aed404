package cluster

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Kubectl runs kubectl, that of the control plane: none is needed on the host.
// It returns what kubectl wrote; an error tells what it complained of.
func (c *Cluster) Kubectl(ctx context.Context, args ...string) (string, error) {
	return c.kubectl(ctx, nil, args...)
}

// Apply makes the objects of a manifest what it says, also those that are too
// long for kubectl's own annotation.
func (c *Cluster) Apply(ctx context.Context, manifest string, args ...string) error {
	_, err := c.kubectl(ctx, strings.NewReader(manifest), append([]string{"apply", "--server-side", "--force-conflicts", "-f", "-"}, args...)...)
	return err
}

func (c *Cluster) kubectl(ctx context.Context, stdin io.Reader, args ...string) (string, error) {
	var stdout, stderr bytes.Buffer
	command := c.control.CommandContext(ctx, "kubectl", append([]string{"--kubeconfig=/etc/kubernetes/admin.conf"}, args...)...)
	if stdin != nil {
		command.SetStdin(stdin)
	}
	if err := command.SetStdout(&stdout).SetStderr(&stderr).Run(); err != nil {
		return stdout.String(), fmt.Errorf("kubectl %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), nil
}

// Helm runs the pinned helm against the cluster.
func (c *Cluster) Helm(ctx context.Context, args ...string) (string, error) {
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(ctx, c.path("bin/helm"), args...)
	command.Env = append(os.Environ(), "KUBECONFIG="+c.kubeconfig)
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		return stdout.String(), fmt.Errorf("helm %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), nil
}

// Tools puts kubectl and helm, of the versions of this cluster, into a folder of a Linux host.
func (c *Cluster) Tools(ctx context.Context, folder string) error {
	if err := os.Symlink(c.path("bin/helm"), filepath.Join(folder, "helm")); err != nil {
		return fmt.Errorf("link helm: %w", err)
	}
	out, err := exec.CommandContext(ctx, "docker", "cp", "--follow-link", c.control.String()+":/usr/bin/kubectl", folder).CombinedOutput()
	if err != nil {
		return fmt.Errorf("docker cp: %w: %s", err, out)
	}
	return nil
}

// script runs one of the project's scripts and returns what it wrote. What it
// says on the way goes to the log.
func (c *Cluster) script(ctx context.Context, path string, args ...string) (string, error) {
	return runScript(ctx, c.root, path, c.log, args...)
}

// runScript runs a script of the project whose folder is root.
func runScript(ctx context.Context, root, path string, log io.Writer, args ...string) (string, error) {
	var stdout bytes.Buffer
	command := exec.CommandContext(ctx, filepath.Join(root, filepath.FromSlash(path)), args...)
	command.Dir = root
	command.Stdout, command.Stderr = &stdout, log
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return stdout.String(), nil
}
