package credentials_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/rpc/credentials"
)

func TestEveryKeyThatIsWrongIsNamed(t *testing.T) {
	folder := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	junk := file("junk", "hunter2")
	const good = "a-secret-of-16-characters"
	secret := func(text string) credentials.Config {
		return credentials.Config{Secret: config.Secret{Value: text}}
	}
	for name, test := range map[string]struct {
		config          credentials.Config
		service, caller string // what the error names; "" for none
	}{
		"nothing":               {credentials.Config{}, "", ""},
		"a secret":              {secret(good), "", ""},
		"two lines":             {secret(good + "\n" + good + "2"), "", ""},
		"from Windows":          {credentials.Config{Secret: config.Secret{File: file("crlf", good+"\r\n"+good+"\r\n")}}, "", ""},
		"three lines":           {secret(good + "\n" + good + "\n" + good), "rpc_secret", "rpc_secret"},
		"an empty first line":   {secret("\n" + good), "rpc_secret", "rpc_secret"},
		"short":                 {secret("hunter2"), "rpc_secret", "rpc_secret"},
		"long":                  {secret(strings.Repeat("x", 1025)), "rpc_secret", "rpc_secret"},
		"a space":               {secret(good + " hunter2"), "rpc_secret", "rpc_secret"},
		"no ASCII":              {secret(good + "ü"), "rpc_secret", "rpc_secret"},
		"an empty file":         {credentials.Config{Secret: config.Secret{File: file("empty", "")}}, "rpc_secret", "rpc_secret"},
		"no file":               {credentials.Config{Secret: config.Secret{File: filepath.Join(folder, "none")}}, "rpc_secret", "rpc_secret"},
		"a certificate, no key": {credentials.Config{CertFile: junk, CAFile: junk}, "rpc_tls_key_file", "rpc_tls_key_file"},
		"a key, no certificate": {credentials.Config{KeyFile: junk, CAFile: junk}, "rpc_tls_cert_file", "rpc_tls_cert_file"},
		"no authority":          {credentials.Config{CertFile: junk, KeyFile: junk}, "rpc_tls_cert_file", "rpc_tls_ca_file"},
		"an authority alone":    {credentials.Config{CAFile: junk}, "rpc_tls_cert_file", "rpc_tls_ca_file"},
		"a bad authority":       {credentials.Config{CertFile: junk, KeyFile: junk, CAFile: junk}, "rpc_tls_ca_file", "rpc_tls_ca_file"},
	} {
		t.Run(name, func(t *testing.T) {
			for who, got := range map[string]struct {
				err  error
				want string
			}{
				"a service": {test.config.CheckServer(), test.service}, "a caller": {test.config.CheckClient(), test.caller},
			} {
				if (got.err == nil) != (got.want == "") || got.err != nil && !strings.Contains(got.err.Error(), got.want) {
					t.Errorf("%s: error is %v, want one that names %q", who, got.err, got.want)
				}
				if got.err != nil && strings.Contains(got.err.Error(), "hunter2") {
					t.Errorf("%s: the error shows what was given: %v", who, got.err)
				}
			}
		})
	}
}
