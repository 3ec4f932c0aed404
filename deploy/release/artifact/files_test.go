//go:build !race

package artifact_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
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

// file is one of an archive.
type file struct {
	tar.Header
	bytes []byte
}

// untar reads an archive, which may be compressed.
func untar(t *testing.T, content []byte) map[string]file {
	t.Helper()
	var from io.Reader = bytes.NewReader(content)
	if compressed, err := gzip.NewReader(bytes.NewReader(content)); err == nil {
		from = compressed
	}
	files, archive := map[string]file{}, tar.NewReader(from)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		files[header.Name] = file{*header, content}
	}
}

func answers(t *testing.T, r *artifact.Release, folder string) {
	name := "xiaozhibo-" + r.Version + "-" + ours.String()
	target := t.TempDir()
	run(t, exec.CommandContext(t.Context(), "tar", "-C", target, "-xzf", filepath.Join(folder, name+".tar.gz")))
	here := filepath.Join(target, name)
	want := "xiaozhibo " + r.Version + " (commit " + r.Commit + ", " + runtime.Version() + ")\n"
	if told := run(t, exec.CommandContext(t.Context(), filepath.Join(here, "xiaozhibo"), "-version")); told != want {
		t.Errorf("-version: %q, want %q", told, want)
	}

	log, err := os.Create(filepath.Join(target, "log"))
	if err != nil {
		t.Fatal(err)
	}
	server := exec.CommandContext(t.Context(), "./xiaozhibo", "-config", "demo.yaml",
		"-listen-http", "127.0.0.1:0", "-data-dir", filepath.Join(target, "data"))
	server.Dir, server.Stderr = here, log
	server.Cancel = func() error { return server.Process.Signal(os.Interrupt) }
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = server.Process.Signal(os.Interrupt)
		if err := server.Wait(); err != nil {
			t.Errorf("the server ended: %v", err)
		}
	}()
	client := &http.Client{Timeout: time.Minute}
	reply, err := client.Post("http://"+address(t, log.Name())+"/interface.php", "",
		strings.NewReader(`{"Action":"FetchList","flag":3,"pageno":1,"pagesize":20}`))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reply.Body.Close() }()
	if text, err := io.ReadAll(reply.Body); err != nil || !strings.HasPrefix(string(text), `{"returnValue":0,`) {
		t.Errorf("answered %s, %v", text, err)
	}
}

// address is where the server listens, as it logs once it does.
func address(t *testing.T, log string) string {
	t.Helper()
	listens := regexp.MustCompile(`"listener":"http","address":"([^"]+)"`)
	for end := time.Now().Add(3 * time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) { //nolint:forbidigo // of another process
		if found := listens.FindSubmatch(read(t, log)); found != nil {
			return string(found[1])
		}
	}
	t.Fatalf("no server listens:\n%s", read(t, log))
	return ""
}

func chart(t *testing.T, r *artifact.Release, folder string) {
	files := untar(t, read(t, filepath.Join(folder, "xiaozhibo-"+r.Version+".tgz")))
	for _, name := range []string{"Chart.yaml", "values.yaml", "values.schema.json", "templates/NOTES.txt", "templates/_pod.tpl"} {
		if len(files["xiaozhibo/"+name].bytes) == 0 {
			t.Errorf("%s is not there", name)
		}
	}
	for name := range files {
		if strings.HasPrefix(name, "xiaozhibo/tests/") || strings.HasPrefix(name, "xiaozhibo/ci/") {
			t.Errorf("%s is there", name)
		}
	}
}

type descriptor struct {
	Digest      string
	Size        int
	Annotations map[string]string
}

func images(t *testing.T, r *artifact.Release, folder string) {
	if ours.OS != "linux" {
		t.Skip("images are of Linux")
	}
	archive := untar(t, read(t, filepath.Join(folder, "xiaozhibo-images-"+r.Version+"-"+ours.String()+".tar")))
	blob := func(d descriptor) []byte {
		content := archive["blobs/sha256/"+strings.TrimPrefix(d.Digest, "sha256:")].bytes
		if digest(content) != d.Digest || len(content) != d.Size {
			t.Errorf("%s has %d bytes of %s", d.Digest, len(content), digest(content))
		}
		return content
	}
	var index struct{ Manifests []descriptor }
	var legacy []struct {
		Config           string
		RepoTags, Layers []string
	}
	parse(t, archive["index.json"].bytes, &index)
	parse(t, archive["manifest.json"].bytes, &legacy)
	if len(index.Manifests) != len(r.Programs) || len(legacy) != len(r.Programs) {
		t.Fatalf("%d images, %d for docker", len(index.Manifests), len(legacy))
	}
	for i, program := range r.Programs {
		name := "xiaozhibo/" + program.Image + ":" + r.Version
		if full := index.Manifests[i].Annotations["io.containerd.image.name"]; full != "docker.io/"+name || legacy[i].RepoTags[0] != name {
			t.Errorf("image of %s is %s, for docker %v", program.Image, full, legacy[i].RepoTags)
		}
		var manifest struct {
			Config descriptor
			Layers []descriptor
		}
		parse(t, blob(index.Manifests[i]), &manifest)
		var config struct {
			OS, Architecture string
			Config           struct {
				User            string
				Env, Entrypoint []string
				Labels          map[string]string
			}
			RootFS struct {
				Diffs []string `json:"diff_ids"`
			} `json:"rootfs"`
		}
		parse(t, blob(manifest.Config), &config)
		how := config.Config
		if config.OS != ours.OS || config.Architecture != ours.Arch || how.User != "65532:65532" || how.Env[0] != "XZB_DATA_DIR=/data" ||
			how.Entrypoint[0] != "/xiaozhibo" || how.Labels["org.opencontainers.image.revision"] != r.Commit {
			t.Errorf("%s: %+v", name, config)
		}
		root := map[string]file{}
		for place, layer := range manifest.Layers {
			content := blob(layer)
			if legacy[i].Layers[place] != "blobs/sha256/"+strings.TrimPrefix(layer.Digest, "sha256:") {
				t.Errorf("%s: docker is told of %s", name, legacy[i].Layers[place])
			}
			if diff := digest(gunzip(t, content)); diff != config.RootFS.Diffs[place] {
				t.Errorf("%s: what layer %d holds is %s, not %s", name, place, diff, config.RootFS.Diffs[place])
			}
			maps.Copy(root, untar(t, content))
		}
		holds(t, root)
	}
}

// holds looks at the files of an image.
func holds(t *testing.T, root map[string]file) {
	t.Helper()
	if data := root["data/"]; data.Typeflag != tar.TypeDir || data.Uid != 65532 || data.Gid != 65532 {
		t.Errorf("/data is %+v", data.Header)
	}
	if program := root["xiaozhibo"]; program.Mode != 0o755 || program.Uid != 0 || len(program.bytes) < 1<<20 {
		t.Errorf("/xiaozhibo has mode %o, owner %d, %d bytes", program.Mode, program.Uid, len(program.bytes))
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(root["etc/ssl/certs/ca-certificates.crt"].bytes) || bytes.Count(root["etc/ssl/certs/ca-certificates.crt"].bytes, []byte("BEGIN")) < 100 {
		t.Error("the authorities are not there")
	}
}

func gunzip(t *testing.T, content []byte) []byte {
	t.Helper()
	compressed, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(compressed)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func parse(t *testing.T, text []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%.200s: %v", text, err)
	}
}
