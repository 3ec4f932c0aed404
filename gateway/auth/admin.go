package auth

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"xiaozhibo.dev/gateway/auth/jwt"
	"xiaozhibo.dev/libs/config"
)

// AdminConfig says which JWTs are proof that somebody is an operator. None is by default.
type AdminConfig struct {
	JWTKey      config.Secret     // HS256
	JWKS        string            // path or URL
	JWTIssuer   string            // "" for any
	JWTAudience config.StringList // any one of them
}

// RegisterFlags sets the defaults and names the keys.
func (c *AdminConfig) RegisterFlags(fs *flag.FlagSet) {
	config.SecretVar(fs, &c.JWTKey, "admin-jwt-key", "secret that the JWTs of operators are signed with by HS256, 32 bytes at least; they are as good as admin-secret, and the audit journal names their sub")
	fs.StringVar(&c.JWKS, "admin-jwks", "", "file or URL of a JSON Web Key Set that the JWTs of operators are signed with; admin-jwt-audience must be set with it")
	fs.StringVar(&c.JWTIssuer, "admin-jwt-issuer", "", "iss that the JWT of an operator must have; empty for any")
	fs.Var(&c.JWTAudience, "admin-jwt-audience", "aud that the JWT of an operator must have, one of these, comma-separated; empty for any")
}

// asClients are the same settings as those of clients have, whose checks and keys they share.
func (c *AdminConfig) asClients() Config {
	return Config{Mode: Off, JWTKey: c.JWTKey, JWKS: c.JWKS, JWTIssuer: c.JWTIssuer, JWTAudience: c.JWTAudience, ofAdmin: true}
}

// Check returns an error that names every bad key. What makes a viewer known must make nobody
// an operator.
func (c *AdminConfig) Check(clients *Config) error {
	own := c.asClients()
	var errs []error
	own.checkJWT(func(key, format string, args ...any) {
		said := key + ": " + fmt.Sprintf(format, args...)
		errs = append(errs, config.Errorf("%s", strings.ReplaceAll(said, "auth_", "admin_")))
	})
	if c.JWKS != "" && len(c.JWTAudience) == 0 {
		errs = append(errs, config.Errorf("admin_jwt_audience: must be set with admin_jwks, whose keys sign for others than operators too"))
	}
	if isSet(c.JWTKey) {
		one, err1 := c.JWTKey.Read()
		other, err2 := clients.JWTKey.Read()
		if err1 == nil && err2 == nil && one == other {
			errs = append(errs, config.Errorf("admin_jwt_key: must not be auth_jwt_key, which makes every client known"))
		}
	}
	return errors.Join(errs...)
}

// Admin verifies the JWTs of operators.
type Admin struct {
	gate *Gate
}

// NewAdmin returns nil if no JWT is proof of an operator. The configuration must have been
// checked.
func NewAdmin(c AdminConfig, now func() time.Time, log *slog.Logger) (*Admin, error) {
	own := c.asClients()
	if !own.jwt() {
		return nil, nil
	}
	g := &Gate{now: now, log: log, jwt: &jwt.Verifier{Issuer: c.JWTIssuer, Audience: c.JWTAudience, Patience: keysPatience}}
	return &Admin{g}, g.setKeys(&own)
}

// Run keeps keys up to date until ctx ends.
func (a *Admin) Run(ctx context.Context) error { return a.gate.Run(ctx) }

// Verify returns the sub of a token that holds now. The error is a proof.Error.
func (a *Admin) Verify(ctx context.Context, token string) (subject string, err error) {
	shown, err := a.gate.jwt.Verify(ctx, token)
	if err == nil {
		err = shown.At(a.gate.now())
	}
	if err != nil {
		return "", err
	}
	return shown.User, nil
}
