package redisdb_test

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/store/redisdb"
)

func TestAConfigurationIsCheckedByKey(t *testing.T) {
	notPEM := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(notPEM, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		args []string
		want string // key that is named; empty: good
	}{
		"one address":             {[]string{"-redis-addrs", "localhost:6379"}, ""},
		"several":                 {[]string{"-redis-addrs", "a:1,b:2"}, ""},
		"none":                    {nil, "redis_addrs"},
		"no port":                 {[]string{"-redis-addrs", "localhost"}, "redis_addrs"},
		"a URL":                   {[]string{"-redis-addrs", "redis://localhost:6379"}, "redis_addrs"},
		"no number of a port":     {[]string{"-redis-addrs", "localhost:redis"}, "redis_addrs"},
		"a URL with a password":   {[]string{"-redis-addrs", "redis://:secret@localhost:6379"}, "redis_addrs"},
		"braces in the prefix":    {[]string{"-redis-addrs", "a:1", "-redis-prefix", "{app}:"}, "redis_prefix"},
		"certificates, no TLS":    {[]string{"-redis-addrs", "a:1", "-redis-ca-file", notPEM}, "redis_ca_file"},
		"a file of none":          {[]string{"-redis-addrs", "a:1", "-redis-tls=true", "-redis-ca-file", notPEM}, "redis_ca_file"},
		"a certificate, no TLS":   {[]string{"-redis-addrs", "a:1", "-redis-tls-cert-file", notPEM, "-redis-tls-key-file", notPEM}, "redis_tls"},
		"a certificate, no key":   {[]string{"-redis-addrs", "a:1", "-redis-tls=true", "-redis-tls-cert-file", notPEM}, "redis_tls_key_file"},
		"a key, no certificate":   {[]string{"-redis-addrs", "a:1", "-redis-tls=true", "-redis-tls-key-file", notPEM}, "redis_tls_cert_file"},
		"a certificate of none":   {[]string{"-redis-addrs", "a:1", "-redis-tls=true", "-redis-tls-cert-file", notPEM, "-redis-tls-key-file", notPEM}, "redis_tls_cert_file"},
		"a password file, absent": {[]string{"-redis-addrs", "a:1", "-redis-password-file", notPEM + "x"}, "redis_password"},
	} {
		t.Run(name, func(t *testing.T) {
			var settings redisdb.Config
			flags := flag.NewFlagSet("", flag.ContinueOnError)
			flags.SetOutput(io.Discard)
			settings.RegisterFlags(flags)
			if _, _, err := config.Load(flags, test.args, nil); err != nil {
				t.Fatal(err)
			}
			err := settings.Check()
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("Check: %v, which shows a password", err)
			}
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.HasPrefix(err.Error(), test.want)) {
				t.Errorf("Check: %v, want an error that begins with %q", err, test.want)
			}
		})
	}
}
