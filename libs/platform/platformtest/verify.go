package platformtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// tolerance is how old a signature may be, and how far ahead.
const tolerance = 5 * time.Minute

// verify checks the signature of a request as the platform's documents say that it is made:
// over the headers that it names.
func (t *Tencent) verify(r *http.Request, body []byte) (code, message string) {
	parts, ok := cut(r.Header.Get("Authorization"), "TC3-HMAC-SHA256 Credential=", "/", "/", "/tc3_request, SignedHeaders=", ", Signature=")
	if !ok {
		return "AuthFailure.InvalidAuthorization", "The request header `Authorization` is invalid."
	}
	id, date, service, names, signature := parts[1], parts[2], parts[3], parts[4], parts[5]
	stamp := r.Header.Get("X-Tc-Timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return "InvalidParameterValue", "X-TC-Timestamp is no number."
	}
	sent := time.Unix(seconds, 0)
	if off := t.Now().Sub(sent); off > tolerance || off < -tolerance {
		return "AuthFailure.SignatureExpire", "Signature expired, please check your local time."
	}
	if id != t.ID {
		return "AuthFailure.SecretIdNotFound", "The SecretId is not found, please ensure that your SecretId is correct."
	}
	if date != sent.UTC().Format("2006-01-02") || service != "live" {
		return "AuthFailure.SignatureFailure", "Credential scope does not fit the request."
	}
	if t.signature(r, names, body, stamp, date, service) != signature {
		return "AuthFailure.SignatureFailure", "The provided credentials could not be validated. Please check your signature is correct."
	}
	return "", ""
}

// signature makes it anew out of the request.
func (t *Tencent) signature(r *http.Request, names string, body []byte, stamp, date, service string) string {
	var canonical strings.Builder
	fmt.Fprintf(&canonical, "%s\n%s\n%s\n", r.Method, r.URL.EscapedPath(), r.URL.RawQuery)
	if r.URL.EscapedPath() == "" {
		canonical.Reset()
		fmt.Fprintf(&canonical, "%s\n/\n%s\n", r.Method, r.URL.RawQuery)
	}
	for name := range strings.SplitSeq(names, ";") {
		value := r.Header.Get(name)
		if name == "host" {
			if value = r.Host; value == "" {
				value = r.URL.Host
			}
		}
		fmt.Fprintf(&canonical, "%s:%s\n", name, strings.ToLower(strings.TrimSpace(value)))
	}
	fmt.Fprintf(&canonical, "\n%s\n%x", names, sha256.Sum256(body))
	text := fmt.Sprintf("TC3-HMAC-SHA256\n%s\n%s/%s/tc3_request\n%x", stamp, date, service, sha256.Sum256([]byte(canonical.String())))
	sum := func(key []byte, of string) []byte {
		hash := hmac.New(sha256.New, key)
		hash.Write([]byte(of))
		return hash.Sum(nil)
	}
	return fmt.Sprintf("%x", sum(sum(sum(sum([]byte("TC3"+t.Key), date), service), "tc3_request"), text))
}
