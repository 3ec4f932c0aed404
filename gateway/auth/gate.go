// Package auth finds out who sends a request, and whether that user may have what is asked for.
// The published protocol knows no such proof: clients that can show one do so in headers, or in
// fields that older servers ignore.
//
// Gate is asked by Actions and by GET /events: Admit says whose the request is, or why it is
// refused. Proof is a JSON Web Token, a UserSig of Tencent's instant messaging, or the word of a
// trusted proxy; each has a package or a file of its own. Admin is the same for operators, with
// keys of their own.
//
// It keeps no users and no sessions: a proof says by itself whom it names and until when. A
// proof that was good is remembered, so that it is not verified again with each request.
package auth

import (
	"context"
	"time"

	"xiaozhibo.dev/gateway/auth/jwt"
	"xiaozhibo.dev/gateway/auth/proof"
	"xiaozhibo.dev/gateway/auth/reload"
	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/telemetry"
)

// Demand is what an Action asks of its sender.
type Demand int

// The demands. The strictest is the zero value.
const (
	Own   Demand = iota // to be the user of the field userid
	Known               // to be any user
	Read                // to be any user if auth_reads is set, else nothing
)

// Gate asks the senders of requests for proof of who they are. It is safe for concurrent use. Where
// auth is off there is none: nil, of which nobody may ask anything.
type Gate struct {
	refuses bool // else it only counts
	reads   bool
	keys    keyring
	jwt     *jwt.Verifier // nil if no JWT is proof, as with those below
	header  string        // "" if no proxy's word is proof
	appID   string        // that a UserSig must be for

	userSigKey *reload.Value[string]
	verified   *memory
	hint       string // which proofs a client can show
	now        func() time.Time
	tally      *tally
}

// New returns a gate, or nil if auth is off. The configuration must have been
// checked.
func New(config Config, now func() time.Time, scope telemetry.Scope) (*Gate, error) {
	if config.Mode == Off || config.Mode == "" {
		return nil, nil
	}
	counted, err := newTally(config.Mode, scope)
	if err != nil {
		return nil, err
	}
	verified, err := newMemory()
	if err != nil {
		return nil, err
	}
	g := &Gate{
		verified: verified,
		refuses:  config.Mode == Require, reads: config.Reads, header: config.Header, appID: config.UserSigAppID,
		now: now, keys: keyring{log: scope.Log}, tally: counted, hint: config.hint(),
	}
	config.warn(scope.Log)
	if err := g.readKeys(&config); err != nil {
		return nil, err
	}
	return g, nil
}

// readKeys reads the keys in files. Run reads those behind a URL.
func (g *Gate) readKeys(c *Config) (err error) {
	if c.userSig() {
		if g.userSigKey, err = secretOf(&g.keys, c.UserSigKey, "auth_usersig_key", userSigKey); err != nil {
			return err
		}
	}
	if !c.JWT.isSet() {
		return nil
	}
	if g.jwt, err = g.keys.verifier(&c.JWT, ofClients); err == nil && g.refuses { // else nothing is gained by waiting
		g.jwt.Patience = keysPatience
	}
	return err
}

// Run keeps keys up to date until ctx ends.
func (g *Gate) Run(ctx context.Context) error { return g.keys.Run(ctx) }

// Admit returns the sender of a request, or nobody if the Action does not ask for one. The
// error is Denied if the request must not be carried out, and Unavailable if no key
// was ever loaded, so that nothing can be said.
func (g *Gate) Admit(ctx context.Context, action string, demand Demand, sender Sender, fields *envelope.Fields) (Caller, error) {
	if demand == Read && !g.reads {
		return Caller{}, nil
	}
	caller, err := g.identify(ctx, sender, fields)
	if err == nil && demand == Own {
		err = owns(caller, fields)
	}
	if err == nil {
		return caller, nil
	}
	reason, known := err.(proof.Error) //nolint:errorlint // nobody wraps it
	if !known {
		return Caller{}, err
	}
	g.tally.refused(ctx, action, reason, sender, fields)
	if !g.refuses {
		return caller, nil
	}
	return Caller{}, g.refusal(reason)
}

// owns returns an error if the field userid is another user than the sender. A userid that
// cannot be read is left to the Action, which says what is wrong with it.
func owns(caller Caller, fields *envelope.Fields) error {
	user := fields.UserID("userid")
	if fields.Err() == nil && user != caller.User {
		return proof.ErrNotOwn
	}
	return nil
}

// refusal turns a reason into the error that the client gets. Keys that were never
// loaded are our fault: Unavailable, so that clients send again. All else is Denied.
func (g *Gate) refusal(reason proof.Error) error {
	switch reason {
	case proof.ErrNoKeys:
		return apierr.New(apierr.Unavailable, "%v!", reason)
	case proof.ErrMissing:
		return apierr.New(apierr.Denied, "not allowed! | %v%s!", reason, g.hint)
	default:
		return apierr.New(apierr.Denied, "not allowed! | %v!", reason)
	}
}
