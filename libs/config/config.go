// Package config reads the configuration of a program. The flag set is the one
// registry of keys: whoever registers the flag -live-ttl has also made the
// environment variable XZB_LIVE_TTL and the key live_ttl of the YAML file.
// Flags win over the environment, the environment over the file, the file over
// the defaults.
//
// A component names its keys and their defaults in one place, and checks what
// it was given in another:
//
//	type Config struct {
//		LiveTTL time.Duration
//		PushKey config.Secret
//	}
//
//	func (c *Config) RegisterFlags(fs *flag.FlagSet) {
//		fs.DurationVar(&c.LiveTTL, "live-ttl", 24*time.Hour, "a room not heard of for so long ends")
//		config.SecretVar(fs, &c.PushKey, "push-key", "signs push URLs")
//	}
//
//	func (c *Config) Check() error {
//		if c.LiveTTL <= 0 {
//			return config.Errorf("live_ttl: must be more than 0")
//		}
//		return nil
//	}
//
// Names of flags are lower-case words joined by single dashes.
package config

import (
	"errors"
	"flag"
	"fmt"
	"strings"
)

// envPrefix begins every variable of ours. Others are not looked at.
const envPrefix = "XZB_"

// Options are the flags that every program has. They belong to one invocation,
// so there is no environment variable and no YAML key for them.
type Options struct {
	ConfigFile string // -config: the YAML file, "" for none
	Verify     bool   // -config.verify: the program checks its configuration and ends
	Version    bool   // -version: the program says what it is and ends
}

// registerFlags adds the flags to a set of flags that is to be loaded.
func (o *Options) registerFlags(fs *flag.FlagSet) {
	fs.StringVar(&o.ConfigFile, "config", "", "YAML file to read")
	fs.BoolVar(&o.Verify, "config.verify", false, "check the configuration and exit")
	fs.BoolVar(&o.Version, "version", false, "print the version and exit")
}

// Load gives every flag of fs its value: args are those after the program's
// name, environ is as from os.Environ. It adds the flags of Options to fs, so a
// set of flags can be loaded once.
//
// The warnings name XZB_ variables that no flag stands for: a cluster may put
// some of its own into the environment, so they are no error.
//
// The error is flag.ErrHelp after -help, which prints a table of all keys to
// fs.Output(). Any other is one or more *Error: all that is wrong is told at
// once, and no value that was given is shown (but a flag.Value of your own that
// has no Get speaks for itself). With -version the file and the environment are
// not looked at: a broken configuration does not hide which version it breaks.
func Load(fs *flag.FlagSet, args, environ []string) (opts Options, warnings []string, err error) {
	opts, flags, err := flagLayer(fs, args)
	if errors.Is(err, flag.ErrHelp) {
		return opts, nil, errors.Join(printHelp(fs), flag.ErrHelp)
	}
	if err != nil || opts.Version {
		return opts, nil, err
	}
	env, warnings := envLayer(fs, environ)
	file, fileErr := fileLayer(fs, opts.ConfigFile)
	problems := []error{fileErr}
	for _, l := range []layer{file, env, flags} { // the later wins
		problems = append(problems, l.apply(fs))
	}
	return opts, warnings, errors.Join(problems...)
}

// Error is a configuration that its operator must correct.
type Error struct{ err error }

// Errorf returns an *Error, formatted as by fmt.Errorf. It begins with the key
// as the file spells it, and never contains the value of a secret.
func Errorf(format string, args ...any) error {
	return &Error{err: fmt.Errorf(format, args...)}
}

// Error names the key and what is wrong with it.
func (e *Error) Error() string { return e.err.Error() }

// Unwrap returns what Errorf wrapped.
func (e *Error) Unwrap() error { return e.err }

// isBuiltin reports whether a flag is one of Options, which neither the environment nor the file
// can set.
func isBuiltin(name string) bool {
	return name == "config" || name == "config.verify" || name == "version"
}

// envName spells a flag as the environment does: live-ttl is XZB_LIVE_TTL.
func envName(flagName string) string {
	return envPrefix + strings.ToUpper(yamlKey(flagName))
}

// yamlKey spells a flag as the file does: live-ttl is live_ttl.
func yamlKey(flagName string) string { return strings.ReplaceAll(flagName, "-", "_") }
