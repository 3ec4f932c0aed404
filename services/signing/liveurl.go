package signing

import (
	"crypto/md5" // the live platform's choice
	"encoding/hex"
	"fmt"
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
	return url + "&" + liveSignature(key, streamID, expires)
}

// playURLs are unsigned if key is empty.
func playURLs(domain, streamID, key string, expires int64) signatures.PlayURLs {
	base, query := "http://"+domain+"/live/"+streamID, ""
	if key != "" {
		query = "?" + liveSignature(key, streamID, expires)
	}
	return signatures.PlayURLs{FLV: base + ".flv" + query, HLS: base + ".m3u8" + query}
}

// liveSignature is the part of a URL that proves it was issued here. The time is
// the same text in the hash and beside it.
func liveSignature(key, streamID string, expires int64) string {
	txTime := fmt.Sprintf("%X", expires)
	sum := md5.Sum([]byte(key + streamID + txTime))
	return "txSecret=" + hex.EncodeToString(sum[:]) + "&txTime=" + txTime
}

// unixUp rounds up to whole seconds: what is issued lives at least as long as
// was promised.
func unixUp(t time.Time) int64 { return t.Add(time.Second - 1).Unix() }
