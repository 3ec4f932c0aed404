package presence

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"flag"
	"os"
	"strconv"
	"strings"
	"time"

	"xiaozhibo.dev/libs/config"
)

// Config says whose callbacks are believed. Without both, none are.
type Config struct {
	AppID string
	Token config.Secret
}

// RegisterFlags names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	fs.StringVar(&c.AppID, "im-appid", "", "SDKAppID of the IM service whose callbacks at /callback/im enter and quit members; needs im-callback-token")
	config.SecretVar(fs, &c.Token, "im-callback-token", "token that the IM service signs its callbacks with; without it all are refused")
}

// Check returns an error that names every bad key.
func (c *Config) Check() error {
	switch set := c.Token.Value != "" || c.Token.File != ""; {
	case set && c.AppID == "":
		return config.Errorf("im_appid: must be set with im_callback_token")
	case !set && c.AppID != "":
		return config.Errorf("im_callback_token: must be set with im_appid")
	}
	if c.AppID != "" {
		if _, err := strconv.ParseUint(c.AppID, 10, 64); err != nil {
			return config.Errorf("im_appid: %q is no number", c.AppID)
		}
	}
	_, err := c.token()
	return err
}

// On reports whether callbacks are believed.
func (c *Config) On() bool { return c.AppID != "" && (c.Token.Value != "" || c.Token.File != "") }

// token reads the token. A file is read anew each time: it may be changed while the
// process runs, and callbacks are few.
func (c *Config) token() (string, error) {
	if c.Token.File == "" {
		return c.Token.Value, nil
	}
	raw, err := os.ReadFile(c.Token.File)
	if err != nil {
		return "", config.Errorf("im_callback_token_file: %v", err)
	}
	token := strings.TrimSuffix(strings.TrimSuffix(string(raw), "\n"), "\r")
	if token == "" {
		return "", config.Errorf("im_callback_token_file: %s is empty", c.Token.File)
	}
	return token, nil
}

// window is how far RequestTime may be from our clock: a minute for the clocks, the rest
// for the way.
const window = 5 * time.Minute

// Query is what a callback says in its URL. Nothing in it is believed before verify: AppID and
// Command are not part of what is signed.
type Query struct{ AppID, Command, RequestTime, Sign string }

// Why a callback is refused. These are for the log alone: whoever sent it is told one sentence
// for all of them.
var (
	errOff     = errors.New("no callback is believed without im_appid and im_callback_token")
	errAppID   = errors.New("it is of another SdkAppid")
	errSign    = errors.New("the signature is wrong")
	errExpired = errors.New("the signature is of another time")
)

// verify returns why a callback is not believed. The signature is looked at before the time,
// so that strangers learn nothing of our clock.
func (p *Presence) verify(q Query, now time.Time) error {
	if !p.config.On() {
		return errOff
	}
	token, err := p.config.token()
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(token + q.RequestTime))
	want := hex.EncodeToString(sum[:])
	if subtle.ConstantTimeCompare([]byte(strings.ToLower(q.Sign)), []byte(want)) != 1 {
		return errSign
	}
	if q.AppID != p.config.AppID {
		return errAppID
	}
	if away := now.UnixMilli() - q.requested(); away > window.Milliseconds() || away < -window.Milliseconds() {
		return errExpired
	}
	return nil
}

// requested is when the IM service sent a callback, in Unix milliseconds by its clock, which
// it tells in seconds; 0 if that is no time.
func (q Query) requested() int64 {
	seconds, err := strconv.ParseInt(q.RequestTime, 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return 0
	}
	return seconds * 1000
}
