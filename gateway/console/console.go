// Package console is the page by which operators see and try a running system. It is made
// of files in this program, built by nothing: what the browser runs is what is in page.
package console

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"xiaozhibo.dev/libs/ops"
)

//go:embed page
var embedded embed.FS

// policy lets the browser run scripts of the page only. Covers, streams and recordings are
// wherever the platform keeps them, so pictures, media and connections may be anywhere.
// mpegts.js and hls.js hand a video to the browser as a blob.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' http: https:; " +
	"media-src blob: http: https:; connect-src 'self' http: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// types are of all files of the page: the table of the machine it runs on may lack some.
var types = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".json": "application/json",
	".svg":  "image/svg+xml",
	".md":   "text/plain; charset=utf-8",
}

// Pages are the console's files: index.html as /, the others below /console/. Anybody may
// ask for them, as there is nothing of a user in them.
func Pages() []ops.Route {
	files, err := fs.Sub(embedded, "page")
	if err != nil {
		panic(err) // page is a constant
	}
	server := server{files}
	return []ops.Route{
		{Pattern: "GET /{$}", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { server.serve(w, r, "index.html") })},
		{Pattern: "GET /console/{file...}", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { server.serve(w, r, r.PathValue("file")) })},
	}
}

type server struct{ files fs.FS }

func (s server) serve(w http.ResponseWriter, r *http.Request, name string) {
	content, err := fs.ReadFile(s.files, name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	kind, known := types[path.Ext(name)]
	if !known {
		kind = "text/plain; charset=utf-8" // licences
	}
	hash := sha256.Sum256(content)
	header := w.Header()
	header.Set("Content-Type", kind)
	header.Set("ETag", `"`+hex.EncodeToString(hash[:8])+`"`)
	header.Set("Cache-Control", "no-cache") // asked for again, and answered 304
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer") // the address may name users
	if strings.HasSuffix(name, ".html") {
		header.Set("Content-Security-Policy", policy)
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}
