package e2e

import (
	"net/http"
	"testing"
)

// What the suite judges with, for tests of its own.
var (
	CheckTxSecret  = checkTxSecret
	ParseCOSSign   = parseCOSSign
	HexMD5         = hexMD5
	ClientStreamID = clientStreamID
)

// ParseBody judges a reply with this body.
func ParseBody(body string) error {
	header := http.Header{"Content-Type": {replyContentType}}
	_, err := parseReply(response{Status: http.StatusOK, Header: header, Body: []byte(body)})
	return err
}

// ParsePage judges a reply of FetchList with this body.
func ParsePage(body string) error {
	header := http.Header{"Content-Type": {replyContentType}}
	r, err := parseReply(response{Status: http.StatusOK, Header: header, Body: []byte(body)})
	if err != nil {
		return err
	}
	_, err = parsePage(r)
	return err
}

// BuildInto is Build into a folder that the caller removes.
func BuildInto(t testing.TB, folder string) Programs { return build(t, folder, "") }
