package auth

import (
	"context"
	"fmt"

	"xiaozhibo.dev/gateway/auth/jwks"
	"xiaozhibo.dev/libs/config"
)

// JWTConfig says which JWTs are proof. Clients and operators have one each. Their keys differ
// by a prefix, which stands in every error, so that an error names the key that is wrong.
type JWTConfig struct {
	Key      config.Secret     // HS256
	JWKS     string            // path or URL
	Issuer   string            // "" for any
	Audience config.StringList // any one of them; none for any
}

// isSet reports whether any JWT can be proof.
func (c *JWTConfig) isSet() bool { return isSet(c.Key) || c.JWKS != "" }

// bad notes what is wrong with a key.
type bad func(key, format string, args ...any)

// into returns a bad that collects errors of configuration.
func into(errs *[]error) bad {
	return func(key, format string, args ...any) {
		*errs = append(*errs, config.Errorf("%s: %s", key, fmt.Sprintf(format, args...)))
	}
}

// check reads the keys that JWTs are verified with, except those behind a URL: a server of
// keys that is down must not keep the gateway from starting.
func (c *JWTConfig) check(prefix string, bad bad) {
	if isSet(c.Key) {
		if secret, err := c.Key.Read(); err != nil {
			bad(prefix+"jwt_key", "%v", err)
		} else if _, err := jwks.Secret([]byte(secret)); err != nil {
			bad(prefix+"jwt_key", "%v", err)
		}
	}
	switch {
	case c.JWKS == "":
	case jwks.IsURL(c.JWKS):
		if err := jwks.CheckURL(c.JWKS); err != nil {
			bad(prefix+"jwks", "%v", err)
		}
	default:
		if data, err := jwks.Reader(c.JWKS)(context.Background()); err != nil {
			bad(prefix+"jwks", "%v", err)
		} else if _, err := jwks.Parse(data); err != nil {
			bad(prefix+"jwks", "%s %v", c.JWKS, err)
		}
	}
	if !c.isSet() && (c.Issuer != "" || len(c.Audience) > 0) {
		bad(prefix+"jwt_issuer", "with %[1]sjwt_audience: one of %[1]sjwt_key and %[1]sjwks must be set", prefix)
	}
}
