package cases

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

// keySet is an RSA key whose public half is in a file, as a JSON Web Key Set.
type keySet struct {
	key  *rsa.PrivateKey
	file string
}

func newKeySet(t *testing.T) keySet {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	encode := func(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }
	file := filepath.Join(t.TempDir(), "jwks.json")
	text := client.EncodeJSON(client.Fields{"keys": []client.Fields{{
		"kty": "RSA", "alg": "RS256", "use": "sig", "n": encode(key.N), "e": encode(big.NewInt(int64(key.E))),
	}}})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return keySet{key, file}
}

func (k keySet) rs256(t *testing.T, claims client.Fields) string {
	t.Helper()
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + encode(client.EncodeJSON(claims))
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(nil, k.key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return signed + "." + encode(signature)
}

// confusedKeys are tokens that claim to be made with a secret, which is the public key that everybody may have.
func confusedKeys(t *testing.T, server client.Server, keys keySet) {
	c := client.New(t, server)
	a := c.OnlineAnchor()
	end := harm{name: "the anchor's room ended", action: "ChangeStatus", fields: client.Fields{"userid": a.ID, "status": 1}, user: a.ID}
	good := client.ClaimsOf(a.ID, time.Hour)
	der, err := x509.MarshalPKIXPublicKey(&keys.key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	public, err := os.ReadFile(keys.file)
	if err != nil {
		t.Fatal(err)
	}
	for name, secret := range map[string]string{
		"in PEM": string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), "in DER": string(der),
		"the modulus": string(keys.key.N.Bytes()), "the key set": string(public),
	} {
		t.Run(name, func(t *testing.T) { refusedProof(c.On(t), end, client.Hs256(secret, client.JwtHeader, good)) })
	}
	t.Run("another key of the kind", func(t *testing.T) { refusedProof(c.On(t), end, newKeySet(t).rs256(t, good)) })
	for name, claims := range map[string]client.Fields{
		"expired": client.ClaimsOf(a.ID, -time.Hour), "of somebody else": client.ClaimsOf("mallory", time.Hour),
		"not yet valid": good.With("nbf", time.Now().Add(time.Hour).Unix()), "without an expiry": good.Without("exp"),
	} {
		t.Run("the key itself, "+name, func(t *testing.T) { refusedProof(c.On(t), end, keys.rs256(t, claims)) })
	}
	a.MustBeListed("after all those")
	token := keys.rs256(t, good)
	c.Conceal(token)
	c.AsNobody().Must("ChangeStatus", end.fields.With("token", token))
	a.MustBeHidden("after a proof that is right")
}
