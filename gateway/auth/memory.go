package auth

import (
	"context"
	"crypto/sha256"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"xiaozhibo.dev/gateway/auth/proof"
)

// memorySize is the number of proofs that are known to be right: a client shows
// the same one all the time, and a signature by ES256 takes longer to verify than
// all else that the gateway does. They need about 300 bytes each.
const memorySize = 1 << 14

// changing are keys that may be others later.
type changing interface {
	Run(ctx context.Context) error
	Version() uint64
}

// memory has the proofs that were right, by their hash: so whoever reads it has
// none of them.
type memory struct {
	proofs *lru.Cache[[sha256.Size]byte, verified]
}

type verified struct {
	proof.Proof
	version uint64 // of the keys
}

func newMemory() (*memory, error) {
	proofs, err := lru.New[[sha256.Size]byte, verified](memorySize)
	return &memory{proofs}, err
}

// verify returns whom a proof names now. Those that are wrong are verified each
// time.
func (g *Gate) verify(kind, text string, now time.Time, verify func() (proof.Proof, error)) (string, error) {
	hash := sha256.Sum256([]byte(kind + text))
	version := g.version()
	known, hit := g.verified.proofs.Get(hash)
	if !hit || known.version != version {
		p, err := verify()
		if err != nil {
			return "", err
		}
		known = verified{p, version}
		g.verified.proofs.Add(hash, known)
	}
	return known.User, known.At(now)
}

func (g *Gate) version() (sum uint64) {
	for _, keys := range g.changing {
		sum += keys.Version()
	}
	return sum
}
