package auth

import (
	"context"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"xiaozhibo.dev/gateway/auth/jwks"
	"xiaozhibo.dev/gateway/auth/jwt"
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

// changing is a set of keys that may be replaced while the process runs.
type changing interface {
	Run(ctx context.Context) error
	Version() uint64
}

// keyring reads keys, and reads those that may change again.
type keyring struct {
	changing []changing
	log      *slog.Logger
}

// Run keeps keys up to date until ctx ends.
func (k *keyring) Run(ctx context.Context) error {
	var group errgroup.Group
	for _, keys := range k.changing {
		group.Go(func() error { return keys.Run(ctx) })
	}
	<-ctx.Done() // there may be nothing that changes
	return group.Wait()
}

// version is another number whenever any key has changed, so that a proof that was
// remembered is verified anew. Each of the numbers only grows, so two changes never make the sum of before.
func (k *keyring) version() (sum uint64) {
	for _, keys := range k.changing {
		sum += keys.Version()
	}
	return sum
}

// verifier returns what verifies JWTs. It reads the keys in files; Run reads those behind a
// URL, whose server need not be up when this process starts.
func (k *keyring) verifier(c *JWTConfig, prefix string) (*jwt.Verifier, error) {
	v := &jwt.Verifier{Issuer: c.Issuer, Audience: c.Audience}
	if isSet(c.Key) {
		keys, err := secretOf(k, c.Key, prefix+"jwt_key", jwks.Secret)
		if err != nil {
			return nil, err
		}
		v.Keys = append(v.Keys, keys)
	}
	if c.JWKS != "" {
		keys, err := k.jwks(c.JWKS, prefix+"jwks")
		if err != nil {
			return nil, err
		}
		v.Keys = append(v.Keys, keys)
	}
	return v, nil
}

// jwks returns the set of keys at a path or URL, which the configuration has under name.
func (k *keyring) jwks(where, name string) (jwt.Keys, error) {
	options := ofFile
	if jwks.IsURL(where) {
		options = ofURL
	}
	options.What = name + " " + jwks.PublicName(where)
	keys := reload.New(options, jwks.Reader(where), k.parseJWKS, k.log)
	if !jwks.IsURL(where) {
		if err := keys.Load(context.Background()); err != nil {
			return nil, config.Errorf("%s: %s: %w", name, where, err)
		}
	}
	k.changing = append(k.changing, keys)
	return keys, nil
}

// parseJWKS reads a set of keys. A key that cannot be used is logged and left out;
// the others hold.
func (k *keyring) parseJWKS(data []byte) (jwks.Set, error) {
	set, err := jwks.Parse(data)
	for _, left := range set.LeftOut {
		k.log.Warn("a key of a set is left out: "+left.Error(), "used", set.Len())
	}
	return set, err
}

// secretOf returns a secret that is read again if it is in a file.
func secretOf[T any](k *keyring, secret config.Secret, key string, parse func([]byte) (T, error)) (*reload.Value[T], error) {
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
	value := reload.New(options, read, parse, k.log)
	if err := value.Load(context.Background()); err != nil {
		return nil, config.Errorf("%s: %w", key, err)
	}
	k.changing = append(k.changing, value)
	return value, nil
}
