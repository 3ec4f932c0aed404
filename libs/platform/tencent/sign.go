package tencent

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// The parts of a signature that are the same for all our requests.
const (
	algorithm     = "TC3-HMAC-SHA256"
	service       = "live"
	terminator    = "tc3_request"
	contentType   = "application/json"
	signedHeaders = "content-type;host"
)

// Key is a key of the platform's account.
type Key struct{ ID, Secret string }

// Authorize returns the header Authorization of a POST with this body to a host, sent at a
// moment: Tencent Cloud's signature of version 3. The platform takes it for five minutes.
func (k Key) Authorize(host string, body []byte, at time.Time) string {
	request := strings.Join([]string{
		"POST", "/", "",
		"content-type:" + contentType, "host:" + host, "",
		signedHeaders, digest(body),
	}, "\n")
	date := at.UTC().Format(time.DateOnly)
	scope := date + "/" + service + "/" + terminator
	text := strings.Join([]string{algorithm, strconv.FormatInt(at.Unix(), 10), scope, digest([]byte(request))}, "\n")

	secret := []byte("TC3" + k.Secret)
	for _, part := range []string{date, service, terminator, text} {
		secret = mac(secret, part)
	}
	return algorithm + " Credential=" + k.ID + "/" + scope + ", SignedHeaders=" + signedHeaders + ", Signature=" + hex.EncodeToString(secret)
}

func mac(key []byte, text string) []byte {
	hash := hmac.New(sha256.New, key)
	hash.Write([]byte(text))
	return hash.Sum(nil)
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
