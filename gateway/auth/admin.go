package auth

import (
	"context"
	"errors"
	"flag"
	"log/slog"
	"time"

	"xiaozhibo.dev/gateway/auth/jwt"
	"xiaozhibo.dev/libs/config"
)

// AdminConfig says which JWTs are proof that somebody is an operator. None is by default.
type AdminConfig struct {
	JWT JWTConfig // its sub is the operator's name
}

// ofOperators begins the names of the keys in AdminConfig.JWT.
const ofOperators = "admin_"

// RegisterFlags sets the defaults and names the keys.
func (c *AdminConfig) RegisterFlags(fs *flag.FlagSet) {
	config.SecretVar(fs, &c.JWT.Key, "admin-jwt-key", "secret that the JWTs of operators are signed with by HS256, 32 bytes at least; they are as good as admin-secret, and the audit journal names their sub")
	fs.StringVar(&c.JWT.JWKS, "admin-jwks", "", "file or URL of a JSON Web Key Set that the JWTs of operators are signed with; admin-jwt-audience must be set with it")
	fs.StringVar(&c.JWT.Issuer, "admin-jwt-issuer", "", "iss that the JWT of an operator must have; empty for any")
	fs.Var(&c.JWT.Audience, "admin-jwt-audience", "aud that the JWT of an operator must have, one of these, comma-separated; empty for any")
}

// Check returns an error that names every bad key. A key that makes a viewer known must
// make nobody an operator.
func (c *AdminConfig) Check(clients *Config) error {
	var errs []error
	bad := into(&errs)
	c.JWT.check(ofOperators, bad)
	if c.JWT.JWKS != "" && len(c.JWT.Audience) == 0 {
		bad("admin_jwt_audience", "must be set with admin_jwks, whose keys sign for others than operators too")
	}
	if isSet(c.JWT.Key) {
		one, err1 := c.JWT.Key.Read()
		other, err2 := clients.JWT.Key.Read()
		if err1 == nil && err2 == nil && one == other {
			bad("admin_jwt_key", "must not be auth_jwt_key, which makes every client known")
		}
	}
	return errors.Join(errs...)
}

// Admin verifies the JWTs of operators.
type Admin struct {
	keys     keyring
	verifier *jwt.Verifier
	now      func() time.Time
}

// NewAdmin returns nil if no JWT is proof of an operator. The configuration must have been
// checked.
func NewAdmin(c AdminConfig, now func() time.Time, log *slog.Logger) (*Admin, error) {
	if !c.JWT.isSet() {
		return nil, nil
	}
	a := &Admin{keys: keyring{log: log}, now: now}
	var err error
	a.verifier, err = a.keys.verifier(&c.JWT, ofOperators)
	if err != nil {
		return nil, err
	}
	a.verifier.Patience = keysPatience
	return a, nil
}

// Run keeps keys up to date until ctx ends.
func (a *Admin) Run(ctx context.Context) error { return a.keys.Run(ctx) }

// Verify returns the sub of a token that holds now. The error is a proof.Error.
func (a *Admin) Verify(ctx context.Context, token string) (subject string, err error) {
	shown, err := a.verifier.Verify(ctx, token)
	if err == nil {
		err = shown.At(a.now())
	}
	if err != nil {
		return "", err
	}
	return shown.User, nil
}
