package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

// types are of all files of the page: the table of the machine it runs on may lack some.
// Any other file is text: licences.
var types = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".json": "application/json",
	".svg":  "image/svg+xml",
}

// pages are all files of the console, read once.
type pages struct {
	version string // another for other files
	index   *page
	files   map[string]*page
}

// page is one file as it is sent.
type page struct {
	kind    string // Content-Type
	tag     string // ETag of plain
	plain   []byte
	gzipped []byte // nil where it is no smaller
}

// readPages reads all files, and makes the version of their names and contents. The zero byte keeps a name from running into the
// content behind it: else two sets of files could have one version.
func readPages(files fs.FS) (*pages, error) {
	read := &pages{files: map[string]*page{}}
	all := sha256.New()
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		all.Write([]byte(name + "\x00"))
		all.Write(content)
		read.files[name] = newPage(name, content)
		return nil
	})
	if err != nil {
		return nil, err
	}
	read.version = hex.EncodeToString(all.Sum(nil)[:6])
	// Scripts import each other by relative addresses, so the version in those of the
	// index is in all of them.
	index := bytes.ReplaceAll(read.files["index.html"].plain, []byte(`"console/`), []byte(`"console/`+read.version+`/`))
	read.index = newPage("index.html", index)
	delete(read.files, "index.html")
	return read, nil
}

// newPage packs a file once, for all requests. Its two forms have a tag each: a browser that has one must not be told that the
// other is still the same.
func newPage(name string, content []byte) *page {
	hash := sha256.Sum256(content)
	made := &page{kind: types[path.Ext(name)], tag: hex.EncodeToString(hash[:8]), plain: content}
	if made.kind == "" {
		made.kind = "text/plain; charset=utf-8"
	}
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, _ = writer.Write(content) // a buffer takes everything
	_ = writer.Close()
	if packed.Len() < len(content) {
		made.gzipped = packed.Bytes()
	}
	return made
}

// serve answers with the form that the browser takes, or with 304 if it has that.
func (p *page) serve(w http.ResponseWriter, r *http.Request, caching string) {
	header := w.Header()
	header.Set("Content-Type", p.kind)
	header.Set("Cache-Control", caching)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer") // the address may name users
	content, tag := p.plain, p.tag
	if p.gzipped != nil {
		header.Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			header.Set("Content-Encoding", "gzip")
			content, tag = p.gzipped, p.tag+"-gzip"
		}
	}
	header.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}
