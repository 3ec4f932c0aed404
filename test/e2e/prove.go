package e2e

import (
	"bytes"
	"compress/zlib"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// AskingForProof are settings with which every client has to prove who it is. The suite's clients do.
func AskingForProof() map[string]string {
	return map[string]string{"XZB_AUTH": "require", "XZB_AUTH_JWT_KEY": "a secret of tests, long enough for HS256"}
}

// ObservingProofs are settings with which the system counts who could not.
func ObservingProofs() map[string]string {
	settings := AskingForProof()
	settings["XZB_AUTH"] = "observe"
	return settings
}

// bearer is what a client shows as a proof that it is whom its request is about, "" if the server asks for none.
func (c *client) bearer(body []byte) string {
	key := c.server.Setting("XZB_AUTH_JWT_KEY")
	if c.unproven || c.server.Setting("XZB_AUTH") != "require" || key == "" {
		return ""
	}
	return "Bearer " + hs256(key, jwtHeader, claimsOf(userOf(body), time.Hour))
}

// userOf is the userid in a request; somebody, where that is none.
func userOf(body []byte) string {
	var f struct {
		UserID json.RawMessage `json:"userid"`
	}
	if err := json.Unmarshal(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), &f); err != nil {
		return "somebody"
	}
	var id string
	if json.Unmarshal(f.UserID, &id) != nil {
		id = string(f.UserID) // a number
	}
	if id == "" || len(id) > 128 || strings.ContainsFunc(id, unicode.IsControl) {
		return "somebody"
	}
	return id
}

const jwtHeader = `{"alg":"HS256","typ":"JWT"}`

func claimsOf(user string, life time.Duration) fields {
	return fields{"sub": user, "exp": time.Now().Add(life).Unix()}
}

// hs256 makes a JWT. The header is free to say something else.
func hs256(key, header string, claims fields) string {
	signed := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString(encodeJSON(claims))
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// userSig makes a UserSig as Tencent documents it.
func userSig(appID, key, user string, made time.Time, life time.Duration) string {
	seconds := int(life.Seconds())
	mac := hmac.New(sha256.New, []byte(key))
	fmt.Fprintf(mac, "TLS.identifier:%s\nTLS.sdkappid:%s\nTLS.time:%d\nTLS.expire:%d\n", user, appID, made.Unix(), seconds)
	var deflated bytes.Buffer
	w := zlib.NewWriter(&deflated)
	w.Write(encodeJSON(fields{
		"TLS.ver": "2.0", "TLS.identifier": user, "TLS.sdkappid": number(appID), "TLS.time": made.Unix(), "TLS.expire": seconds,
		"TLS.sig": base64.StdEncoding.EncodeToString(mac.Sum(nil)),
	}))
	w.Close()
	return strings.NewReplacer("+", "*", "/", "-", "=", "_").Replace(base64.StdEncoding.EncodeToString(deflated.Bytes()))
}
