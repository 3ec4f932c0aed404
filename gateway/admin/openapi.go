package admin

import (
	_ "embed" // the document
	"net/http"
)

// openAPI is docs/admin-openapi.yaml, which make admin-openapi copies beside this file.
//
//go:embed openapi.yaml
var openAPI []byte

// describe answers what operators may ask, for programs that make clients of it.
func (a *API) describe(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/yaml")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(openAPI) // a caller that has left needs no answer
}
