package cluster

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"sigs.k8s.io/kind/pkg/cluster/nodeutils"
)

// Tag is the version of the images that Load builds.
const Tag = "dev"

// redisImage is what deploy/kind/redis-image.sh builds.
const redisImage = "xiaozhibo/redis:" + Tag

// images are those that the chart runs, and their packages.
func images() map[string]string {
	return map[string]string{
		"gateway": "./gateway/cmd/gateway",
		"stream":  "./services/stream/cmd/stream",
		"counter": "./services/counter/cmd/counter",
		"room":    "./services/room/cmd/room",
		"signing": "./services/signing/cmd/signing",
		"smoke":   "./deploy/smoke",
	}
}

// Load builds the images and puts them into every node.
func (c *Cluster) Load(ctx context.Context) error {
	build := []string{Tag}
	save := []string{"save", redisImage}
	for name, pkg := range images() {
		build = append(build, name+"="+pkg)
		save = append(save, "xiaozhibo/"+name+":"+Tag)
	}
	sizes, err := c.script(ctx, "deploy/images/build.sh", build...)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprint(c.log, sizes); err != nil {
		return err
	}
	if _, err := c.script(ctx, "deploy/kind/redis-image.sh", redisImage); err != nil {
		return err
	}
	if err := c.fingerprint(ctx, save[1:]); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "images-")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	archive := filepath.Join(dir, "images.tar")
	if out, err := exec.CommandContext(ctx, "docker", append(save, "--output", archive)...).CombinedOutput(); err != nil {
		return fmt.Errorf("docker save: %w: %s", err, out)
	}
	for _, node := range c.nodes {
		file, err := os.Open(archive)
		if err != nil {
			return fmt.Errorf("open archive: %w", err)
		}
		err = nodeutils.LoadImageArchive(node, file)
		_ = file.Close() // it was only read
		if err != nil {
			return fmt.Errorf("load images into %s: %w", node, err)
		}
	}
	return nil
}

// fingerprint notes which images these are: their tag is always the same, and
// pods are to be replaced when they change.
func (c *Cluster) fingerprint(ctx context.Context, images []string) error {
	slices.Sort(images)
	ids, err := exec.CommandContext(ctx, "docker", append([]string{"image", "inspect", "--format", "{{.Id}}"}, images...)...).Output()
	if err != nil {
		return fmt.Errorf("docker image inspect: %w", err)
	}
	sum := sha256.Sum256(ids)
	c.loaded = hex.EncodeToString(sum[:6])
	return nil
}
