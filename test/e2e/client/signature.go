package client

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// HexMD5 is how URLs and events are signed: the MD5, in hex, of the parts in a row.
func HexMD5(parts ...string) string {
	sum := md5.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

// CheckTxSecret checks a signed URL's query and returns when it expires.
func CheckTxSecret(query url.Values, key, streamID string) (time.Time, error) {
	secret, txTime := query.Get("txSecret"), query.Get("txTime")
	if want := HexMD5(key, streamID, txTime); secret != want {
		return time.Time{}, fmt.Errorf("txSecret %q of stream %s and txTime %q, want %s", secret, streamID, txTime, want)
	}
	expires, err := strconv.ParseInt(txTime, 16, 64)
	if err != nil || txTime != fmt.Sprintf("%X", expires) {
		return time.Time{}, fmt.Errorf("txTime %q is no upper-case hex number", txTime)
	}
	return time.Unix(expires, 0), nil
}

// CosSignature is what a COS v4 signature says.
type CosSignature struct {
	Expires, Signed time.Time
	Random          string
}

var cosSource = regexp.MustCompile(`^a=([^&]*)&b=([^&]*)&k=([^&]*)&e=([0-9]+)&t=([0-9]+)&r=([0-9]+)&f=$`)

// ParseCOSSign verifies a COS v4 signature.
func ParseCOSSign(sign, appID, bucket, secretID, secretKey string) (CosSignature, error) {
	raw, err := base64.StdEncoding.DecodeString(sign)
	if err != nil {
		return CosSignature{}, fmt.Errorf("decode the sign: %w", err)
	}
	if len(raw) < sha1.Size {
		return CosSignature{}, fmt.Errorf("the sign has only %d bytes", len(raw))
	}
	source := raw[sha1.Size:]
	mac := hmac.New(sha1.New, []byte(secretKey))
	mac.Write(source)
	if !hmac.Equal(mac.Sum(nil), raw[:sha1.Size]) {
		return CosSignature{}, fmt.Errorf("the sign is not the HMAC-SHA1 of %q", source)
	}
	part := cosSource.FindStringSubmatch(string(source))
	if part == nil {
		return CosSignature{}, fmt.Errorf("the signed text is %q", source)
	}
	if part[1] != appID || part[2] != bucket || part[3] != secretID {
		return CosSignature{}, fmt.Errorf("the signed text %q is for another bucket", source)
	}
	expires, err := strconv.ParseInt(part[4], 10, 64)
	if err != nil {
		return CosSignature{}, fmt.Errorf("e: %w", err)
	}
	signed, err := strconv.ParseInt(part[5], 10, 64)
	if err != nil {
		return CosSignature{}, fmt.Errorf("t: %w", err)
	}
	return CosSignature{Expires: time.Unix(expires, 0), Signed: time.Unix(signed, 0), Random: part[6]}, nil
}

// ParseHTTP parses an absolute http or https URL.
func ParseHTTP(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("parse a URL: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%s is no http URL", text)
	}
	return u, nil
}
