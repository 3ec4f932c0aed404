package cluster

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
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

// components are the programs of a release, and their packages.
func components() map[string]string {
	return map[string]string{
		"gateway": "./gateway/cmd/gateway",
		"stream":  "./services/stream/cmd/stream",
		"counter": "./services/counter/cmd/counter",
		"room":    "./services/room/cmd/room",
		"signing": "./services/signing/cmd/signing",
	}
}

// images are those that the chart runs besides: tests and backups.
func images() map[string]string {
	all := components()
	all["smoke"] = "./test/smoke"
	all["standalone"] = "./deploy/standalone"
	return all
}

// build builds the images and saves them to archive.
func (c *Cluster) build(ctx context.Context, archive string) error {
	names, err := buildFrom(ctx, c.root, Tag, images(), c.log)
	if err != nil {
		return err
	}
	if _, err := c.script(ctx, "deploy/kind/redis-image.sh", redisImage); err != nil {
		return err
	}
	names = append(names, redisImage)
	if err := c.fingerprint(ctx, names); err != nil {
		return err
	}
	return save(ctx, names, archive)
}

// BuildRelease builds the images of another version of this project, whose source is in a folder, with that version
// as their tag, and saves them to archive.
func BuildRelease(ctx context.Context, source, version, archive string, log io.Writer) error {
	names, err := buildFrom(ctx, source, version, components(), log)
	if err != nil {
		return err
	}
	return save(ctx, names, archive)
}

// buildFrom returns the names of the images.
func buildFrom(ctx context.Context, source, tag string, programs map[string]string, log io.Writer) (names []string, err error) {
	args := []string{tag}
	for name, pkg := range programs {
		args = append(args, name+"="+pkg)
		names = append(names, "xiaozhibo/"+name+":"+tag)
	}
	sizes, err := runScript(ctx, source, "deploy/images/build.sh", log, args...)
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprint(log, sizes)
	return names, err
}

func save(ctx context.Context, names []string, archive string) error {
	args := append([]string{"save", "--output", archive}, names...)
	if out, err := exec.CommandContext(ctx, "docker", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("docker save: %w: %s", err, out)
	}
	return nil
}

// Load puts the images of archive into every node.
func (c *Cluster) Load(archive string) error {
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
