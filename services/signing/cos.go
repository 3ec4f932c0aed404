package signing

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" // COS's choice
	"encoding/base64"
	"encoding/binary"
	"strconv"
)

// cosGrant is what a COS v4 signature says: upload anything to the bucket, any
// number of times until it expires. Times are Unix seconds. The form is Tencent's "multi-use
// signature" of the first COS API, which released clients know.
type cosGrant struct {
	appID, bucket, secretID string
	issued, expires         int64
	random                  uint32
}

// sign returns base64(HMAC-SHA1(secretKey, text) + text). The text names the application (a), the
// bucket (b), the key (k), the expiry (e), the time of issue (t), a random number (r) and the file
// (f), which is empty: any.
func (g cosGrant) sign(secretKey string) string {
	signed := make([]byte, sha1.Size, 256) // the signature stands before its text
	signed = append(append(signed, "a="...), g.appID...)
	signed = append(append(signed, "&b="...), g.bucket...)
	signed = append(append(signed, "&k="...), g.secretID...)
	signed = strconv.AppendInt(append(signed, "&e="...), g.expires, 10)
	signed = strconv.AppendInt(append(signed, "&t="...), g.issued, 10)
	signed = strconv.AppendUint(append(signed, "&r="...), uint64(g.random), 10)
	signed = append(signed, "&f="...)
	mac := hmac.New(sha1.New, []byte(secretKey))
	mac.Write(signed[sha1.Size:]) // a hash never fails
	mac.Sum(signed[:0])
	return base64.StdEncoding.EncodeToString(signed)
}

// randomNumber is positive, as COS demands, and tells two signatures of one
// second apart.
func randomNumber() uint32 {
	var raw [4]byte
	_, _ = rand.Read(raw[:]) // never fails: it would end the process
	return max(1, binary.BigEndian.Uint32(raw[:]))
}
