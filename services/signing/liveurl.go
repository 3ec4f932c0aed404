package signing

import (
	"crypto/md5" // the live platform's choice
	"encoding/hex"
	"strconv"
	"time"

	"xiaozhibo.dev/libs/api/signatures"
)

// pushURL is unsigned if key is empty. Neither domain, bizid nor stream id
// holds a character with a meaning in a URL: they were checked.
func pushURL(domain, bizID, streamID, key string, expires int64) string {
	url := "rtmp://" + domain + "/live/" + streamID + "?bizid=" + bizID
	if key == "" {
		return url
	}
	return url + liveSignature('&', key, streamID, expires)
}

// playURLs are unsigned if key is empty.
func playURLs(domain, streamID, key string, expires int64) signatures.PlayURLs {
	base, query := "http://"+domain+"/live/"+streamID, ""
	if key != "" {
		query = liveSignature('?', key, streamID, expires)
	}
	return signatures.PlayURLs{FLV: base + ".flv" + query, HLS: base + ".m3u8" + query}
}

// liveSignature signs as the live platform verifies: txTime is when the URL expires, Unix seconds in
// upper-case hexadecimal, and txSecret is hex(MD5(key + stream id + txTime)). It is the part of a URL that proves it was issued here, after the byte that
// separates it from the rest. The time is the same text in the hash and beside it.
func liveSignature(separator byte, key, streamID string, expires int64) string {
	text := append(append(make([]byte, 0, 128), key...), streamID...)
	signed := len(text)
	text = appendUpperHex(text, expires)
	sum := md5.Sum(text)
	part := append(append(make([]byte, 0, 80), separator), "txSecret="...)
	part = hex.AppendEncode(part, sum[:])
	part = append(part, "&txTime="...)
	return string(append(part, text[signed:]...))
}

// appendUpperHex exists because strconv writes hexadecimal in lower case only.
func appendUpperHex(dst []byte, n int64) []byte {
	digits := len(dst)
	dst = strconv.AppendInt(dst, n, 16)
	for i := digits; i < len(dst); i++ {
		if 'a' <= dst[i] {
			dst[i] -= 'a' - 'A'
		}
	}
	return dst
}

// unixUp rounds up to whole seconds: what is issued lives at least as long as
// was promised.
func unixUp(t time.Time) int64 { return t.Add(time.Second - 1).Unix() }
