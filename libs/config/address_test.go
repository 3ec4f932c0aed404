package config_test

import (
	"flag"
	"testing"

	"xiaozhibo.dev/libs/config"
)

func TestAListenerCanBeTurnedOff(t *testing.T) {
	for text, want := range map[string]config.Address{":8080": ":8080", "[::1]:0": "[::1]:0", "off": "", "": ""} {
		address := config.Address(":9090")
		fs := flag.NewFlagSet("", flag.ContinueOnError)
		fs.Var(&address, "listen-ops", "")
		if _, _, err := config.Load(fs, nil, []string{"XZB_LISTEN_OPS=" + text}); err != nil || address != want {
			t.Errorf("%q is read as %q, %v, want %q", text, address, err, want)
		}
	}
	for _, text := range []string{"nonsense", "host", ":port", ":70000", "::1:80"} {
		var address config.Address
		if err := address.Set(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
	if none := config.Address(""); none.String() != "off" {
		t.Errorf("none is spelt %q, want off", none.String())
	}
}
