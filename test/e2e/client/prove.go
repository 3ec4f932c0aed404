package client

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

// JwtBegins is how every JWT does: {"alg or {"typ in base64.
const JwtBegins = "eyJ"

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
func (c *Client) bearer(body []byte) string {
	key := c.Server.Setting("XZB_AUTH_JWT_KEY")
	if c.unproven || key == "" || c.Server.Setting("XZB_AUTH") != "require" && !c.proven {
		return ""
	}
	token := Hs256(key, JwtHeader, ClaimsOf(userOf(body), time.Hour))
	c.Conceal(token)
	return "Bearer " + token
}

// Conceal names a token that is shown: neither it nor its signature may ever be in a log.
func (c *Client) Conceal(token string) {
	if i := strings.LastIndex(token, "."); strings.HasPrefix(token, JwtBegins) && i >= 0 {
		token = token[i+1:] // no log has what begins as a JWT does
	}
	if len(token) > 16 {
		c.Server.Conceal(token)
	}
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

const JwtHeader = `{"alg":"HS256","typ":"JWT"}`

func ClaimsOf(user string, life time.Duration) Fields {
	return Fields{"sub": user, "exp": time.Now().Add(life).Unix()}
}

// Hs256 makes a JWT. The header is free to say something else.
func Hs256(key, header string, claims Fields) string {
	signed := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString(EncodeJSON(claims))
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// UserSig makes a UserSig as Tencent documents it.
func UserSig(appID, key, user string, made time.Time, life time.Duration) string {
	seconds := int(life.Seconds())
	mac := hmac.New(sha256.New, []byte(key))
	fmt.Fprintf(mac, "TLS.identifier:%s\nTLS.sdkappid:%s\nTLS.time:%d\nTLS.expire:%d\n", user, appID, made.Unix(), seconds)
	var deflated bytes.Buffer
	w := zlib.NewWriter(&deflated)
	w.Write(EncodeJSON(Fields{
		"TLS.ver": "2.0", "TLS.identifier": user, "TLS.sdkappid": Number(appID), "TLS.time": made.Unix(), "TLS.expire": seconds,
		"TLS.sig": base64.StdEncoding.EncodeToString(mac.Sum(nil)),
	}))
	w.Close()
	return strings.NewReplacer("+", "*", "/", "-", "=", "_").Replace(base64.StdEncoding.EncodeToString(deflated.Bytes()))
}
