package auth

import (
	"context"
	"strings"

	"xiaozhibo.dev/gateway/auth/proof"
	"xiaozhibo.dev/gateway/auth/usersig"
	"xiaozhibo.dev/gateway/envelope"
)

// Where proofs are.
const (
	authorizationHeader = "Authorization"
	bearer              = "Bearer"
	tokenField          = "token"
	userSigHeader       = "UserSig"
	userSigField        = "usersig"
)

// Sender is where a request came from. What its methods return may be lent.
type Sender interface {
	Header(name string) []string // the values of all headers of that name
	Proxied() bool               // whether a trusted proxy handed the request over
	Address() string             // of the client, for logs
}

// nowhere is the Sender of a request that came without HTTP.
type nowhere struct{}

// Header, Proxied and Address implement Sender: nothing is known.
func (nowhere) Header(string) []string { return nil }
func (nowhere) Proxied() bool          { return false }
func (nowhere) Address() string        { return "" }

// identify returns the user that all proofs in a request name. One wrong proof refuses the
// request, even beside a right one: somebody is trying, or something is broken.
func (g *Gate) identify(ctx context.Context, sender Sender, fields *envelope.Fields) (caller Caller, err error) {
	if sender == nil {
		sender = nowhere{}
	}
	// proven takes what one proof says. A reason that keeps it from saying anything ends the search.
	proven := func(user string, err error) error {
		switch {
		case err != nil:
			return err
		case caller.User != "" && caller.User != user:
			return proof.ErrConflicting
		}
		caller.User = user
		return nil
	}
	if err := g.byHeader(sender, proven); err != nil {
		return Caller{}, err
	}
	if err := g.byJWT(ctx, sender, fields, proven); err != nil {
		return Caller{}, err
	}
	if err := g.byUserSig(sender, fields, proven); err != nil {
		return Caller{}, err
	}
	if caller.User == "" {
		return Caller{}, proof.ErrMissing
	}
	return caller, nil
}

// byHeader takes the word of a trusted proxy. A proxy must replace a header that the client
// sent. If it adds its own instead, there are two, and the request is refused.
func (g *Gate) byHeader(sender Sender, proven func(string, error) error) error {
	if g.header == "" || !sender.Proxied() {
		return nil
	}
	users, err := shown(sender.Header(g.header), "")
	for _, user := range users {
		err = proven(proof.User(strings.Clone(user)))
	}
	return err
}

// byJWT takes a JWT from the header Authorization or from the field token. Both may
// be there if they are the same, or name the same user.
func (g *Gate) byJWT(ctx context.Context, sender Sender, fields *envelope.Fields, proven func(string, error) error) error {
	if g.jwt == nil {
		return nil
	}
	var bearers []string
	for _, value := range sender.Header(authorizationHeader) {
		if scheme, token, _ := strings.Cut(value, " "); strings.EqualFold(scheme, bearer) {
			bearers = append(bearers, strings.TrimLeft(token, " "))
		}
	}
	tokens, err := shown(bearers, fields.Loose(tokenField))
	for _, token := range tokens {
		verify := func() (proof.Proof, error) { return g.jwt.Verify(ctx, token) }
		if err := proven(g.verify(tokenField, token, g.now(), verify)); err != nil {
			return err
		}
	}
	return err
}

// byUserSig takes a UserSig from the header UserSig or from the field usersig. The key
// may be there later only: until then nothing can be told.
func (g *Gate) byUserSig(sender Sender, fields *envelope.Fields, proven func(string, error) error) error {
	if g.userSigKey == nil {
		return nil
	}
	key, loaded := g.userSigKey.Current()
	if !loaded {
		return proof.ErrNoKeys
	}
	texts, err := shown(sender.Header(userSigHeader), fields.Loose(userSigField))
	for _, text := range texts {
		verify := func() (proof.Proof, error) { return usersig.Verify(text, g.appID, key) }
		if err := proven(g.verify(userSigField, text, g.now(), verify)); err != nil {
			return err
		}
	}
	return err
}

// shown returns the proofs of one kind: from a header, which must not come twice,
// and from a field.
func shown(headers []string, field string) (texts []string, err error) {
	for _, text := range headers {
		if text != "" {
			texts = append(texts, text)
		}
	}
	if len(texts) > 1 {
		return nil, proof.ErrMalformed
	}
	if field != "" && (len(texts) == 0 || texts[0] != field) {
		texts = append(texts, field)
	}
	return texts, nil
}
