package artifact

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// The media types of the OCI image format.
const (
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	configType   = "application/vnd.oci.image.config.v1+json"
	layerType    = "application/vnd.oci.image.layer.v1.tar+gzip"
	indexType    = "application/vnd.oci.image.index.v1+json"
)

// nobody is the user that an image runs as, as deploy/images/Dockerfile has it.
const nobody = 65532

type object = map[string]any

// descriptor points at a blob.
type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int               `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Platform    object            `json:"platform,omitempty"`
}

// layer is one that is stored; diff is the digest of what is compressed in it.
type layer struct {
	descriptor
	diff string
}

// layout is an archive of images in the making. It is an OCI layout, which containerd, podman and skopeo read, and says
// the same in manifest.json, for `docker load` of every version.
type layout struct {
	release   *Release
	platform  Platform
	blobs     map[string][]byte // by the name in the archive
	manifests []descriptor      // of index.json
	legacy    []object          // of manifest.json
}

// images writes the archive of the images for a platform: what deploy/images/Dockerfile makes, without an engine.
func (r *Release) images(platform Platform, bin, folder string) error {
	images := &layout{release: r, platform: platform, blobs: map[string][]byte{}}
	base, err := images.layer(
		entry{name: "etc/", mode: 0o755}, entry{name: "etc/ssl/", mode: 0o755}, entry{name: "etc/ssl/certs/", mode: 0o755},
		entry{name: "etc/ssl/certs/ca-certificates.crt", mode: 0o644, bytes: authorities()},
		entry{name: "data/", mode: 0o755, owner: nobody},
	)
	if err != nil {
		return err
	}
	for _, program := range r.Programs {
		own, err := images.layer(entry{name: "xiaozhibo", mode: 0o755, path: filepath.Join(bin, program.file())})
		if err != nil {
			return err
		}
		if err := images.add(program, base, own); err != nil {
			return err
		}
	}
	name := fmt.Sprintf("xiaozhibo-images-%s-%s.tar", r.Version, platform)
	return create(filepath.Join(folder, name), images.writeTo)
}

// authorities are those of Mozilla that are trusted without a condition, for a file cannot say one.
func authorities() []byte {
	var out bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint == nil {
			_ = pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate})
		}
	}
	return out.Bytes()
}

// store keeps a blob.
func (l *layout) store(mediaType string, content []byte) descriptor {
	sum := sha256.Sum256(content)
	digest := hex.EncodeToString(sum[:])
	l.blobs["blobs/sha256/"+digest] = content
	return descriptor{MediaType: mediaType, Digest: "sha256:" + digest, Size: len(content)}
}

func (l *layout) storeJSON(mediaType string, content object) (descriptor, error) {
	text, err := json.Marshal(content)
	return l.store(mediaType, text), err
}

// layer stores a layer of these files.
func (l *layout) layer(entries ...entry) (layer, error) {
	diff := sha256.New()
	var compressed bytes.Buffer
	err := compress(&compressed, func(to io.Writer) error {
		return writeTar(io.MultiWriter(to, diff), l.release.Created, entries)
	})
	return layer{l.store(layerType, compressed.Bytes()), "sha256:" + hex.EncodeToString(diff.Sum(nil))}, err
}

// add adds the image of a program.
func (l *layout) add(program Program, layers ...layer) error {
	var diffs, files []string
	var descriptors []descriptor
	for _, layer := range layers {
		diffs = append(diffs, layer.diff)
		descriptors = append(descriptors, layer.descriptor)
		files = append(files, blobOf(layer.descriptor))
	}
	config, err := l.storeJSON(configType, l.config(program, diffs))
	if err != nil {
		return err
	}
	manifest, err := l.storeJSON(manifestType, object{"schemaVersion": 2, "mediaType": manifestType, "config": config, "layers": descriptors})
	if err != nil {
		return err
	}
	name, full := l.release.image(program)
	manifest.Platform = object{"os": l.platform.OS, "architecture": l.platform.Arch}
	manifest.Annotations = map[string]string{"org.opencontainers.image.ref.name": name, "io.containerd.image.name": full}
	l.manifests = append(l.manifests, manifest)
	l.legacy = append(l.legacy, object{"Config": blobOf(config), "RepoTags": []string{name}, "Layers": files})
	return nil
}

// image is the name of a program's image: as it is given, and with the registry that is meant where none is.
func (r *Release) image(program Program) (name, full string) {
	name = "xiaozhibo/" + program.Image + ":" + r.Version
	if r.Registry != "" {
		name = strings.TrimSuffix(r.Registry, "/") + "/" + name
		return name, name
	}
	return name, "docker.io/" + name
}

func blobOf(d descriptor) string { return "blobs/sha256/" + strings.TrimPrefix(d.Digest, "sha256:") }

// config is how the program is run, and what the image says of itself.
func (l *layout) config(program Program, diffs []string) object {
	created := l.release.Created.UTC().Format(time.RFC3339)
	return object{
		"created": created, "os": l.platform.OS, "architecture": l.platform.Arch,
		"rootfs": object{"type": "layers", "diff_ids": diffs},
		"config": object{
			"User":       fmt.Sprintf("%d:%d", nobody, nobody),
			"Env":        []string{"XZB_DATA_DIR=/data"},
			"Entrypoint": []string{"/xiaozhibo"},
			"Labels": map[string]string{
				"org.opencontainers.image.title":       "xiaozhibo " + program.Image,
				"org.opencontainers.image.description": "Business server of live-streaming apps: " + program.Image,
				"org.opencontainers.image.licenses":    "Apache-2.0",
				"org.opencontainers.image.version":     l.release.Version,
				"org.opencontainers.image.revision":    l.release.Commit,
				"org.opencontainers.image.created":     created,
			},
		},
	}
}

// writeTo writes the archive.
func (l *layout) writeTo(to io.Writer) error {
	entries := []entry{{name: "blobs/", mode: 0o755}, {name: "blobs/sha256/", mode: 0o755}}
	for name, content := range l.blobs {
		entries = append(entries, entry{name: name, mode: 0o644, bytes: content})
	}
	for name, content := range map[string]any{
		"oci-layout":    object{"imageLayoutVersion": "1.0.0"},
		"index.json":    object{"schemaVersion": 2, "mediaType": indexType, "manifests": l.manifests},
		"manifest.json": l.legacy,
	} {
		text, err := json.Marshal(content)
		if err != nil {
			return err
		}
		entries = append(entries, entry{name: name, mode: 0o644, bytes: text})
	}
	return writeTar(to, l.release.Created, entries)
}
