package auth

import (
	"crypto/sha256"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"xiaozhibo.dev/gateway/auth/proof"
)

// memorySize is the number of proofs that are remembered, of about 300 bytes each. A client
// shows the same proof with every request, and verifying one by ES256 takes longer than
// all else that the gateway does.
const memorySize = 1 << 14

// memory knows the proofs that were right by their hash. It does not keep the proofs
// themselves, so a dump of the process has none that could be used.
type memory struct {
	proofs *lru.Cache[[sha256.Size]byte, verified]
}

// verified is a proof whose signature was right with the keys of that version. Whether it
// has expired is asked each time.
type verified struct {
	proof.Proof
	version uint64 // of the keys
}

// newMemory returns an empty memory. It forgets the proof that was not shown for longest.
func newMemory() (*memory, error) {
	proofs, err := lru.New[[sha256.Size]byte, verified](memorySize)
	return &memory{proofs}, err
}

// verify returns whom a proof names now. Wrong proofs are verified each time. kind keeps a text that is one kind of proof from
// being taken for another. The version is read before the proof is verified: if keys change meanwhile, what is remembered is
// of the older version, and is verified again.
func (g *Gate) verify(kind, text string, now time.Time, verify func() (proof.Proof, error)) (string, error) {
	hash := sha256.Sum256([]byte(kind + text))
	version := g.keys.version()
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
