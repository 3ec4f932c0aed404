package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// The modes of a gateway, and the algorithms of tokens, that can be measured.
const (
	authOff = "off"
	hs256   = "HS256"
	es256   = "ES256"
)

// tokenEnds is between the token of a request and its body, which has no tab in it.
const tokenEnds = "\t"

// prover gives each request the token of its user, as apps do: the same one all the time. Nil gives none.
type prover struct {
	algorithm string
	secret    []byte
	key       *ecdsa.PrivateKey
	expires   int64
}

// newProver makes a key, and the settings by which a gateway verifies with it, reads included.
func newProver(mode, algorithm, folder string) (*prover, []string, error) {
	if mode == authOff {
		return nil, nil, nil
	}
	p := &prover{algorithm: algorithm, expires: time.Now().Add(24 * time.Hour).Unix()}
	settings := []string{"XZB_AUTH=" + mode, "XZB_AUTH_READS=true"}
	if algorithm == hs256 {
		p.secret = []byte(rand.Text() + rand.Text())
		return p, append(settings, "XZB_AUTH_JWT_KEY="+string(p.secret)), nil
	}
	var err error
	if p.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, nil, fmt.Errorf("make a key: %w", err)
	}
	public, err := p.key.PublicKey.Bytes() // 4, x and y of 32 bytes each
	if err != nil {
		return nil, nil, fmt.Errorf("make a key: %w", err)
	}
	file := filepath.Join(folder, "jwks.json")
	set := fmt.Sprintf(`{"keys":[{"kty":"EC","crv":"P-256","alg":"ES256","x":%q,"y":%q}]}`, encode(public[1:33]), encode(public[33:]))
	if err := os.WriteFile(file, []byte(set), 0o600); err != nil {
		return nil, nil, fmt.Errorf("write the key: %w", err)
	}
	return p, append(settings, "XZB_AUTH_JWKS="+file), nil
}

var encode = base64.RawURLEncoding.EncodeToString

// prove puts before each body the token of its userid.
func (p *prover) prove(bodies []string) ([]string, error) {
	if p == nil {
		return bodies, nil
	}
	proven := make([]string, len(bodies))
	for i, body := range bodies {
		var request struct{ UserID string }
		if err := json.Unmarshal([]byte(body), &request); err != nil {
			return nil, fmt.Errorf("a request of ours: %w", err)
		}
		if request.UserID == "" {
			request.UserID = "somebody"
		}
		token, err := p.token(request.UserID)
		if err != nil {
			return nil, err
		}
		proven[i] = token + tokenEnds + body
	}
	return proven, nil
}

func (p *prover) token(user string) (string, error) {
	signed := encode(fmt.Appendf(nil, `{"alg":%q,"typ":"JWT"}`, p.algorithm)) + "." + encode(fmt.Appendf(nil, `{"sub":%q,"exp":%d}`, user, p.expires))
	if p.algorithm == hs256 {
		mac := hmac.New(sha256.New, p.secret)
		mac.Write([]byte(signed))
		return signed + "." + encode(mac.Sum(nil)), nil
	}
	sum := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, p.key, sum[:])
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	var signature [64]byte
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return signed + "." + encode(signature[:]), nil
}

// split is the token of a request, "" for none, and its body.
func split(request string) (token, body string) {
	if token, body, found := strings.Cut(request, tokenEnds); found {
		return token, body
	}
	return "", request
}
