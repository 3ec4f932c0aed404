package setup_test

import (
	"io"
	"strings"
	"testing"

	"xiaozhibo.dev/gateway/setup"
)

func TestEveryUpstreamIsNeededAndChecked(t *testing.T) {
	good := map[string]string{
		"stream": "stream:8081", "counter": "127.0.0.1:8081, [::1]:8081", "room": "room-0.room:8081,room-1.room:8081", "signing": "signing:1",
	}
	verify := func(changed, addresses string) error {
		args := []string{"-config.verify"}
		for name, value := range good {
			if name == changed {
				value = addresses
			}
			args = append(args, "-"+name+"-addrs", value)
		}
		return setup.Program().Run(t.Context(), args, io.Discard, io.Discard)
	}
	if err := verify("", ""); err != nil {
		t.Errorf("a good configuration: %v", err)
	}
	for name := range good {
		for _, bad := range []string{"", "host", ":8081", "host:0", "host:65536", "host:http", "http://host:8081", "good:1,host"} {
			if err := verify(name, bad); err == nil || !strings.Contains(err.Error(), name+"_addrs") {
				t.Errorf("%s at %q: %v, want an error that names the key", name, bad, err)
			}
		}
	}
}
