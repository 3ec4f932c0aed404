package signing

import (
	"crypto/md5" // the live platform's choice
	"encoding/hex"
	"strconv"
	"strings"
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
	var room [maxSignature]byte
	return url + string(appendSignature(room[:0], '&', key, streamID, expires))
}

// playURLs are unsigned if key is empty.
func playURLs(domain, streamID, key string, expires int64) signatures.PlayURLs {
	const prefix, path, flv, hls = "http://", "/live/", ".flv", ".m3u8"
	var room [maxSignature]byte
	query := room[:0]
	if key != "" {
		query = appendSignature(query, '?', key, streamID, expires)
	}
	// Both in one piece of memory: a page has as many as rows, and they live as long as it.
	base := len(prefix) + len(domain) + len(path) + len(streamID)
	var both strings.Builder
	both.Grow(2*(base+len(query)) + len(flv) + len(hls))
	for _, ending := range [...]string{flv, hls} {
		for _, part := range [...]string{prefix, domain, path, streamID, ending} {
			both.WriteString(part)
		}
		both.Write(query)
	}
	urls, first := both.String(), base+len(flv)+len(query)
	return signatures.PlayURLs{FLV: urls[:first], HLS: urls[first:]}
}

// maxSignature is room for one, in bytes: 32 of the hash, up to 16 of the time, the rest names.
const maxSignature = 80

// appendSignature signs as the live platform verifies: txTime is when the URL expires, Unix seconds in
// upper-case hexadecimal, and txSecret is hex(MD5(key + stream id + txTime)). What it appends is the part of a URL that proves it was issued here, after the byte that
// separates it from the rest. The time is the same text in the hash and beside it.
func appendSignature(dst []byte, separator byte, key, streamID string, expires int64) []byte {
	text := append(append(make([]byte, 0, 128), key...), streamID...)
	signed := len(text)
	text = appendUpperHex(text, expires)
	sum := md5.Sum(text)
	dst = append(append(dst, separator), "txSecret="...)
	dst = hex.AppendEncode(dst, sum[:])
	dst = append(dst, "&txTime="...)
	return append(dst, text[signed:]...)
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
