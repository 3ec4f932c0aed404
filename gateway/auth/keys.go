package auth

import (
	"context"
	"time"

	"xiaozhibo.dev/gateway/auth/jwks"
	"xiaozhibo.dev/gateway/auth/reload"
	"xiaozhibo.dev/libs/config"
)

// How often keys are read again. Those behind a URL are also read when a token
// names one that is not known.
var (
	ofFile = reload.Options{Every: time.Second, Retry: time.Second, Pause: time.Second}
	ofURL  = reload.Options{Every: 5 * time.Minute, Retry: 15 * time.Second, Pause: 10 * time.Second}
)

// keysPatience is how long a token whose key is not known waits for a read.
const keysPatience = time.Second

// setKeys reads the keys in files. Run reads those behind a URL: their server need not be
// up when this process starts.
func (g *Gate) setKeys(c *Config) (err error) {
	if c.userSig() {
		if g.userSigKey, err = secretOf(g, c.UserSigKey, "auth_usersig_key", userSigKey); err != nil {
			return err
		}
	}
	if isSet(c.JWTKey) {
		keys, err := secretOf(g, c.JWTKey, c.key("auth_jwt_key"), jwks.Secret)
		if err != nil {
			return err
		}
		g.jwt.Keys = append(g.jwt.Keys, keys)
	}
	if c.JWKS == "" {
		return nil
	}
	options := ofFile
	if jwks.IsURL(c.JWKS) {
		options = ofURL
	}
	options.What = c.key("auth_jwks") + " " + jwks.PublicName(c.JWKS)
	keys := reload.New(options, jwks.Reader(c.JWKS), g.parseJWKS, g.log)
	if !jwks.IsURL(c.JWKS) {
		if err := keys.Load(context.Background()); err != nil {
			return config.Errorf("%s: %s: %w", c.key("auth_jwks"), c.JWKS, err)
		}
	}
	g.keep(keys)
	g.jwt.Keys = append(g.jwt.Keys, keys)
	return nil
}

// parseJWKS reads a set of keys. A key that cannot be used is logged and left out;
// the others hold.
func (g *Gate) parseJWKS(data []byte) (jwks.Set, error) {
	set, err := jwks.Parse(data)
	for _, left := range set.LeftOut {
		g.log.Warn("a key of a set is left out: "+left.Error(), "used", set.Len())
	}
	return set, err
}

// secretOf returns a secret that is read again if it is in a file.
func secretOf[T any](g *Gate, secret config.Secret, key string, parse func([]byte) (T, error)) (*reload.Value[T], error) {
	if secret.File == "" {
		parsed, err := parse([]byte(secret.Value))
		if err != nil {
			return nil, config.Errorf("%s: %w", key, err)
		}
		return reload.Fixed(parsed), nil
	}
	read := func(context.Context) ([]byte, error) {
		text, err := secret.Read()
		return []byte(text), err
	}
	options := ofFile
	options.What = key
	value := reload.New(options, read, parse, g.log)
	if err := value.Load(context.Background()); err != nil {
		return nil, config.Errorf("%s: %w", key, err)
	}
	g.keep(value)
	return value, nil
}

// keep makes Run read keys again, and proofs that were right under the old ones
// be verified again.
func (g *Gate) keep(keys changing) { g.changing = append(g.changing, keys) }
