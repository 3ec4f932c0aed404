package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"xiaozhibo.dev/libs/config"
)

// prover makes JWTs for servers that ask who sends a request.
type prover struct {
	key      config.Secret // of HS256, "" for no proof at all
	issuer   string
	audience string
}

// can reports whether there is a proof to show.
func (p prover) can() bool { return p.key.Value != "" || p.key.File != "" }

// bearer is the header that proves one to be user, "" without a key.
func (p prover) bearer(user string) (string, error) {
	key, err := p.key.Read()
	if err != nil || key == "" {
		return "", err
	}
	claims, err := json.Marshal(map[string]any{
		"sub": user, "iss": p.issuer, "aud": p.audience, "exp": time.Now().Add(time.Minute).Unix(),
	})
	if err != nil {
		return "", fmt.Errorf("make a token: %w", err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode(claims)
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(signed))
	return "Bearer " + signed + "." + encode(mac.Sum(nil)), nil
}
