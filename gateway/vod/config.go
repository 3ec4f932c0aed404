package vod

import (
	"flag"
	"log/slog"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/rpc/credentials"
)

// tokenKey is the key of the token, as errors and the log name it.
const tokenKey = "vod_callback_token"

// Config says whose callbacks are believed. Without a token, none are.
type Config struct {
	Token config.Secret // one line, or two; either is good
}

// RegisterFlags names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	config.SecretVar(fs, &c.Token, "vod-callback-token", "token in the URL of VOD's callbacks, /callback/vod?token=…, which take deleted recordings out of the list, 16 characters at least; of two lines either is good; without it all are refused")
}

// Check returns an error that names the key if it is bad. It reads the file.
func (c *Config) Check() error {
	if !c.On() {
		return nil
	}
	_, err := credentials.NewSecret(tokenKey, c.Token, slog.New(slog.DiscardHandler))
	return err
}

// On reports whether callbacks are believed.
func (c *Config) On() bool { return c.Token.Value != "" || c.Token.File != "" }
