package usersig_test

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"testing"
	"time"
)

const (
	appID = "1400000000"
	key   = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e"
)

var made = time.Unix(1480000000, 0)

// sig is a UserSig to be made: as the documentation has it, and with nothing of
// the code that is tested. HMAC is written out, the document is printed.
type sig struct {
	user        string
	app, expire int64
	time        int64
	key         string
	userBuf     string // in base64, "" for none
	document    string // with two places for the other members and the signature, "" for the usual
}

func good() sig { return sig{user: "tom", app: 1400000000, time: made.Unix(), expire: 86400, key: key} }

func (s sig) signature() string {
	signed := fmt.Sprintf("TLS.identifier:%s\nTLS.sdkappid:%d\nTLS.time:%d\nTLS.expire:%d\n", s.user, s.app, s.time, s.expire)
	if s.userBuf != "" {
		signed += "TLS.userbuf:" + s.userBuf + "\n"
	}
	return base64.StdEncoding.EncodeToString(hmacOf(s.key, signed))
}

func (s sig) text() string {
	members := fmt.Sprintf(`"TLS.identifier":%q,"TLS.sdkappid":%d,"TLS.time":%d,"TLS.expire":%d`, s.user, s.app, s.time, s.expire)
	if s.userBuf != "" {
		members += fmt.Sprintf(`,"TLS.userbuf":%q`, s.userBuf)
	}
	document := s.document
	if document == "" {
		document = `{"TLS.ver":"2.0",%s,"TLS.sig":"%s"}`
	}
	return encode(deflate([]byte(fmt.Sprintf(document, members, s.signature()))))
}

func hmacOf(key, text string) []byte {
	block := make([]byte, 64)
	if len(key) > 64 {
		sum := sha256.Sum256([]byte(key))
		copy(block, sum[:])
	} else {
		copy(block, key)
	}
	inner, outer := bytes.Clone(block), bytes.Clone(block)
	for i := range block {
		inner[i] ^= 0x36
		outer[i] ^= 0x5c
	}
	first := sha256.Sum256(append(inner, text...))
	second := sha256.Sum256(append(outer, first[:]...))
	return second[:]
}

func deflate(plain []byte) []byte {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	_, _ = w.Write(plain)
	_ = w.Close()
	return out.Bytes()
}

// encode has an alphabet of its own, where the code under test replaces characters.
func encode(deflated []byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-"
	return base64.NewEncoding(alphabet).WithPadding('_').EncodeToString(deflated)
}

func TestTheTestsOwnSignatureIsTencents(t *testing.T) {
	for _, v := range vectors(t).Sigs {
		sent := look(t, v.Text)
		s := good()
		s.user, s.expire, s.userBuf = v.User, v.Expire, sent.UserBuf
		if got := s.signature(); got != sent.Signature {
			t.Errorf("%s: the signature is %s, want %s", v.User, got, sent.Signature)
		}
	}
}
