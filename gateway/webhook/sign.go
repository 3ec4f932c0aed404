package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"xiaozhibo.dev/libs/config"
)

// The headers of Standard Webhooks.
const (
	headerID        = "webhook-id"
	headerTimestamp = "webhook-timestamp"
	headerSignature = "webhook-signature"
)

const (
	// secretPrefix begins a secret, so that one is not taken for another kind of key.
	secretPrefix = "whsec_"
	// minKey and maxKey bound a key, in bytes, as the standard does.
	minKey = 24
	maxKey = 64
	// maxKeys is how many secrets may sign: the old one and the new one.
	maxKeys = 2
)

// keys sign webhooks: each of them does, so that a receiver may know either.
type keys [][]byte

// readKeys reads the secret, which may have changed. The error never shows it.
func readKeys(secret config.Secret) (keys, error) {
	text, err := secret.Read()
	if err != nil {
		return nil, err
	}
	var read keys
	for line := range strings.Lines(text) {
		encoded, prefixed := strings.CutPrefix(strings.TrimSpace(line), secretPrefix)
		key, err := base64.StdEncoding.DecodeString(encoded)
		if !prefixed || err != nil || len(key) < minKey || len(key) > maxKey {
			return nil, config.Errorf("webhook_secret: each line must be %s and base64 of %d to %d bytes", secretPrefix, minKey, maxKey)
		}
		read = append(read, key)
	}
	if len(read) == 0 || len(read) > maxKeys {
		return nil, config.Errorf("webhook_secret: must be set with webhook_url, to one secret or %d lines", maxKeys)
	}
	return read, nil
}

// sign sets the headers of one attempt. Id and time are signed with the body: a receiver that remembers ids, and refuses old
// times, cannot be told the same thing twice by somebody who has overheard it.
func (k keys) sign(header http.Header, id string, at time.Time, body []byte) {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	signatures := make([]string, len(k))
	for i, key := range k {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + timestamp + "."))
		mac.Write(body)
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	header.Set(headerID, id)
	header.Set(headerTimestamp, timestamp)
	header.Set(headerSignature, strings.Join(signatures, " "))
}
