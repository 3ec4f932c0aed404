// Package console is the page by which operators see and try a running system. It is made of
// files in this program, built by nothing: what the browser runs is what is in page.
//
// Pages are all of it, and there is nothing secret in them: everybody is answered with them, and
// the page asks its operator for the secret. What it shows comes from gateway/admin, as for any
// other caller.
package console

import (
	"embed"
	"io/fs"
	"net/http"
	"sync"

	"xiaozhibo.dev/libs/ops"
)

//go:embed page
var embedded embed.FS

// policy lets the browser run scripts of the page only. Covers, streams and recordings are
// wherever the platform keeps them, so pictures, media and connections may be anywhere.
// mpegts.js and hls.js hand a video to the browser as a blob.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' http: https:; " +
	"media-src blob: http: https:; connect-src 'self' http: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const (
	// kept is how long a browser keeps files: their address has the version in it.
	kept = "public, max-age=31536000, immutable"
	// askedAgain is for the page itself, which is answered 304 while it is the same.
	askedAgain = "no-cache"
)

// Pages are the console's files: index.html as /, the others below /console/{version}/.
// Anybody may ask for them, as there is nothing of a user in them.
func Pages() []ops.Route {
	// With the first request and not before: nothing is compressed where the console is off.
	pages := sync.OnceValue(func() *pages {
		files, err := fs.Sub(embedded, "page")
		if err == nil {
			var read *pages
			if read, err = readPages(files); err == nil {
				return read
			}
		}
		panic(err) // the files are in the program
	})
	return []ops.Route{
		{Pattern: "GET /{$}", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", policy)
			pages().index.serve(w, r, askedAgain)
		})},
		{Pattern: "GET /console/{version}/{file...}", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			pages().serve(w, r)
		})},
	}
}

// serve answers a file. A page of another version, which another copy of the gateway has
// sent, gets it too, but is not to keep it.
func (p *pages) serve(w http.ResponseWriter, r *http.Request) {
	file, known := p.files[r.PathValue("file")]
	if !known {
		http.NotFound(w, r)
		return
	}
	caching := kept
	if r.PathValue("version") != p.version {
		caching = askedAgain
	}
	file.serve(w, r, caching)
}
