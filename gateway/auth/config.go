package auth

import (
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"

	"xiaozhibo.dev/gateway/auth/jwks"
	"xiaozhibo.dev/libs/config"
)

// The modes.
const (
	Off     = "off"
	Observe = "observe" // refuses nothing, and counts what Require would
	Require = "require"
)

// Config says whether clients have to prove who they are, and how they can.
type Config struct {
	Mode         string
	JWT          JWTConfig // its sub is the userid
	UserSigAppID string    // Tencent's SDKAppID
	UserSigKey   config.Secret
	Header       string // of a trusted proxy, which holds the user id
	Reads        bool   // lists, members and details are asked for proof too
}

// ofClients begins the names of the keys in Config.JWT.
const ofClients = "auth_"

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	fs.StringVar(&c.Mode, "auth", Off, "whether clients must prove who they are: off; observe, which counts who could not; or require, which refuses them with 4004")
	config.SecretVar(fs, &c.JWT.Key, "auth-jwt-key", "secret that JWTs are signed with by HS256, 32 bytes at least; sub is the userid")
	fs.StringVar(&c.JWT.JWKS, "auth-jwks", "", "file or URL of a JSON Web Key Set that JWTs are signed with by RS256, ES256, EdDSA or HS256; re-read when it changes")
	fs.StringVar(&c.JWT.Issuer, "auth-jwt-issuer", "", "iss that a JWT must have; empty for any")
	fs.Var(&c.JWT.Audience, "auth-jwt-audience", "aud that a JWT must have, one of these, comma-separated; empty for any")
	fs.StringVar(&c.UserSigAppID, "auth-usersig-appid", "", "SDKAppID of Tencent's instant messaging, whose UserSig is proof")
	config.SecretVar(fs, &c.UserSigKey, "auth-usersig-key", "key that UserSigs are made with, 32 bytes at least")
	fs.StringVar(&c.Header, "auth-header", "", "header in which a proxy of trusted_proxies says who the user is")
	fs.BoolVar(&c.Reads, "auth-reads", false, "whether FetchList, FetchGroupMemberList and GetUserInfo ask for proof too")
}

// Check returns an error that names every bad key. trustedProxies tells whether
// there are any.
func (c *Config) Check(trustedProxies bool) error {
	var errs []error
	bad := into(&errs)
	switch c.Mode {
	case Off:
	case Observe, Require:
		if !c.JWT.isSet() && !c.userSig() && c.Header == "" {
			bad("auth", "%s needs something that proves who a client is: auth_jwt_key, auth_jwks, auth_usersig_appid with auth_usersig_key, or auth_header", c.Mode)
		}
	default:
		bad("auth", "must be off, observe or require")
	}
	c.JWT.check(ofClients, bad)
	c.checkUserSig(bad)
	if c.Header != "" && !isToken(c.Header) {
		bad("auth_header", "%q is no name of a header", c.Header)
	}
	if c.Header != "" && !trustedProxies {
		bad("auth_header", "trusted_proxies must be set with it: the header is believed from nobody else")
	}
	return errors.Join(errs...)
}

// checkUserSig reads the key of UserSigs. App id and key are of use together only.
func (c *Config) checkUserSig(bad bad) {
	if (c.UserSigAppID != "") != isSet(c.UserSigKey) {
		bad("auth_usersig_appid", "auth_usersig_appid and auth_usersig_key must be set together")
	}
	if _, err := strconv.ParseUint(c.UserSigAppID, 10, 63); err != nil && c.UserSigAppID != "" {
		bad("auth_usersig_appid", "%q is not a number", c.UserSigAppID)
	}
	if isSet(c.UserSigKey) {
		if key, err := c.UserSigKey.Read(); err != nil {
			bad("auth_usersig_key", "%v", err)
		} else if _, err := userSigKey([]byte(key)); err != nil {
			bad("auth_usersig_key", "%v", err)
		}
	}
}

// userSigKey returns a key that is long enough to sign with. A short one could be found by trying: anybody
// with one UserSig can try as many as they like.
func userSigKey(key []byte) (string, error) {
	if len(key) < jwks.MinSecret {
		return "", fmt.Errorf("a key of %d bytes is too short, it must have %d at least", len(key), jwks.MinSecret)
	}
	return string(key), nil
}

// userSig reports whether a UserSig can be proof.
func (c *Config) userSig() bool { return c.UserSigAppID != "" }

// isSet reports whether a secret was given, itself or as a file.
func isSet(s config.Secret) bool { return s.Value != "" || s.File != "" }

// isToken reports whether s can be the name of a header, RFC 9110.
func isToken(s string) bool {
	return s != "" && strings.Trim(s, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
