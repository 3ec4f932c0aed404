package cluster

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"slices"

	"golang.org/x/sync/errgroup"
	"sigs.k8s.io/kind/pkg/cluster/nodeutils"
)

// Tag is the version of the images that UpWithImages builds.
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
		"smoke":   "./test/smoke",
	}
}

// build builds the images and saves them to archive.
func (c *Cluster) build(ctx context.Context, archive string) error {
	args := []string{Tag}
	names := []string{redisImage}
	for name, pkg := range images() {
		args = append(args, name+"="+pkg)
		names = append(names, "xiaozhibo/"+name+":"+Tag)
	}
	sizes, err := c.script(ctx, "deploy/images/build.sh", args...)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprint(c.log, sizes); err != nil {
		return err
	}
	if _, err := c.script(ctx, "deploy/kind/redis-image.sh", redisImage); err != nil {
		return err
	}
	if err := c.fingerprint(ctx, names); err != nil {
		return err
	}
	save := append([]string{"save", "--output", archive}, names...)
	if out, err := exec.CommandContext(ctx, "docker", save...).CombinedOutput(); err != nil {
		return fmt.Errorf("docker save: %w: %s", err, out)
	}
	return nil
}

// load puts the images of archive into every node.
func (c *Cluster) load(archive string) error {
	var all errgroup.Group
	for _, node := range c.nodes {
		all.Go(func() error {
			file, err := os.Open(archive)
			if err != nil {
				return fmt.Errorf("open archive: %w", err)
			}
			defer func() { _ = file.Close() }() // it was only read
			if err := nodeutils.LoadImageArchive(node, file); err != nil {
				return fmt.Errorf("load images into %s: %w", node, err)
			}
			return nil
		})
	}
	return all.Wait()
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
