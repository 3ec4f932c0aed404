// Package usersig verifies the UserSig of Tencent's instant messaging, by which its TLSSigAPIv2
// names a user: JSON, deflated, in a base64 of its own. Clients that chat have one already, so
// it is a proof that costs them nothing.
//
// Verify is all of it. Nothing is asked of Tencent: the key is enough.
package usersig

import (
	"bytes"
	"compress/zlib"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4/json" // which refuses a name that stands twice, and one in another case

	"xiaozhibo.dev/gateway/auth/proof"
)

// maxDocument is the length of what a UserSig inflates to, in bytes: ten times
// that of the longest user id with a userbuf.
const maxDocument = 8 << 10

// maxSeconds bounds times, so that their sum is one too.
const maxSeconds = 1 << 40

// document is the JSON inside a UserSig, as TLSSigAPIv2 has it.
type document struct {
	Version   string  `json:"TLS.ver"`
	User      string  `json:"TLS.identifier"`
	App       int64   `json:"TLS.sdkappid"`
	Time      int64   `json:"TLS.time"`   // when it was made, in Unix seconds
	Expire    int64   `json:"TLS.expire"` // seconds after that
	UserBuf   *string `json:"TLS.userbuf"`
	Signature string  `json:"TLS.sig"`
}

// Verify returns the user that a UserSig names, and for how long. The error is a proof.Error.
func Verify(text, appID, key string) (proof.Proof, error) {
	d, err := parse(text)
	if err != nil {
		return proof.Proof{}, err
	}
	sent, err := base64.StdEncoding.Strict().DecodeString(d.Signature)
	if err != nil {
		return proof.Proof{}, proof.ErrMalformed
	}
	if !hmac.Equal(sent, d.sign(key)) {
		return proof.Proof{}, proof.ErrWrongSignature
	}
	if strconv.FormatInt(d.App, 10) != appID {
		return proof.Proof{}, proof.ErrNotForUs
	}
	if d.Expire <= 0 {
		return proof.Proof{}, proof.ErrNoExpiry
	}
	if d.Time < 0 || d.Time > maxSeconds || d.Expire > maxSeconds {
		return proof.Proof{}, proof.ErrMalformed
	}
	user, err := proof.User(d.User)
	if err != nil {
		return proof.Proof{}, err
	}
	return proof.Proof{User: user, From: time.Unix(d.Time, 0), Until: time.Unix(d.Time+d.Expire, 0)}, nil
}

// alphabet turns Tencent's variant into base64. Its characters need no escape in a URL; those
// of base64 itself become one that no decoder takes.
var alphabet = strings.NewReplacer("*", "+", "-", "/", "_", "=", "+", "!", "/", "!", "=", "!")

// parse undoes base64 and deflate, and reads the document. Nothing is verified yet.
func parse(text string) (d document, err error) {
	if err := proof.CheckText(text); err != nil {
		return d, err
	}
	deflated, err := base64.StdEncoding.Strict().DecodeString(alphabet.Replace(text))
	if err != nil {
		return d, proof.ErrMalformed
	}
	plain, err := inflate(deflated)
	if err != nil || json.Unmarshal(plain, &d) != nil || d.Version != "2.0" {
		return document{}, proof.ErrMalformed
	}
	if d.UserBuf != nil {
		if _, err := base64.StdEncoding.Strict().DecodeString(*d.UserBuf); err != nil || strings.ContainsAny(*d.UserBuf, "\r\n") {
			return document{}, proof.ErrMalformed
		}
	}
	return d, nil
}

// inflaters are kept: each has 40 kB.
var inflaters sync.Pool

// inflate returns at most maxDocument bytes. A longer text, or one with something behind
// its end, is malformed: a few bytes must not become megabytes.
func inflate(deflated []byte) ([]byte, error) {
	in := bytes.NewReader(deflated)
	out, kept := inflaters.Get().(io.ReadCloser)
	var err error
	if kept {
		err = out.(zlib.Resetter).Reset(in, nil)
	} else {
		out, err = zlib.NewReader(in)
	}
	if err != nil {
		return nil, err
	}
	defer inflaters.Put(out)
	plain, err := io.ReadAll(io.LimitReader(out, maxDocument+1))
	switch {
	case err != nil:
		return nil, err
	case len(plain) > maxDocument, in.Len() > 0:
		return nil, proof.ErrMalformed
	}
	return plain, nil
}

// sign is unambiguous: neither a user id that is taken nor a userbuf has a line's end.
func (d *document) sign(key string) []byte {
	mac := hmac.New(sha256.New, []byte(key))
	line := func(name, value string) { _, _ = io.WriteString(mac, "TLS."+name+":"+value+"\n") } // a hash never fails
	line("identifier", d.User)
	line("sdkappid", strconv.FormatInt(d.App, 10))
	line("time", strconv.FormatInt(d.Time, 10))
	line("expire", strconv.FormatInt(d.Expire, 10))
	if d.UserBuf != nil {
		line("userbuf", *d.UserBuf)
	}
	return mac.Sum(nil)
}
