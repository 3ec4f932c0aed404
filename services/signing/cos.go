package signing

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" // COS's choice
	"encoding/base64"
	"encoding/binary"
	"fmt"
)

// cosGrant is what a COS v4 signature says: upload anything to the bucket, any
// number of times until it expires. Times are Unix seconds.
type cosGrant struct {
	appID, bucket, secretID string
	issued, expires         int64
	random                  uint32
}

// sign returns the signature with the text it signs.
func (g cosGrant) sign(secretKey string) string {
	text := fmt.Sprintf("a=%s&b=%s&k=%s&e=%d&t=%d&r=%d&f=",
		g.appID, g.bucket, g.secretID, g.expires, g.issued, g.random)
	mac := hmac.New(sha1.New, []byte(secretKey))
	mac.Write([]byte(text)) // a hash never fails
	return base64.StdEncoding.EncodeToString(append(mac.Sum(nil), text...))
}

// randomNumber is positive, as COS demands, and tells two signatures of one
// second apart.
func randomNumber() uint32 {
	var raw [4]byte
	_, _ = rand.Read(raw[:]) // never fails: it would end the process
	return max(1, binary.BigEndian.Uint32(raw[:]))
}
