package signing

import (
	"crypto/md5" // the live platform's choice
	"crypto/subtle"
	"encoding/hex"
	"strconv"
	"strings"
)

// eventSign is what the platform signs an event with.
func eventSign(key string, t int64) string {
	sum := md5.Sum([]byte(key + strconv.FormatInt(t, 10)))
	return hex.EncodeToString(sum[:])
}

// signedByAny reports whether sign is that of any of keys, in a time that tells
// nothing about how much of it was right.
func signedByAny(keys []string, sign string, t int64) bool {
	given, equal := []byte(strings.ToLower(sign)), 0
	for _, key := range keys {
		equal |= subtle.ConstantTimeCompare(given, []byte(eventSign(key, t)))
	}
	return equal == 1
}
