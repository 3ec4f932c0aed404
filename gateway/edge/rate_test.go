package edge_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"xiaozhibo.dev/gateway/edge"
)

const tooMany = `{"returnValue":4003,`

func TestEveryClientBehindATrustedProxyHasALimitOfItsOwn(t *testing.T) {
	for _, proxies := range [][]string{{"127.0.0.1"}, {"127.0.0.0/8", "10.0.0.0/8"}} {
		base := serve(t, edge.Config{RateLimit: 1, TrustedProxies: proxies})
		mustBeRefused(t, base, func(int) string { return "203.0.113.1" })
		for _, other := range []string{"203.0.113.2", "2001:db8::1"} {
			if body := from(t, base, other); strings.HasPrefix(body, tooMany) {
				t.Errorf("%s is refused for what another sent", other)
			}
		}
	}
}

func TestAClientCannotChooseTheAddressItIsLimitedBy(t *testing.T) {
	for name, test := range map[string]struct {
		proxies []string
		header  string
	}{
		"no proxy is trusted":          {nil, "198.51.100.%d"},
		"another proxy is trusted":     {[]string{"10.0.0.0/8"}, "198.51.100.%d"},
		"a proxy appends":              {[]string{"127.0.0.1"}, "198.51.100.%d, 203.0.113.1"},
		"two proxies append":           {[]string{"127.0.0.1", "10.0.0.0/8"}, "198.51.100.%d, 203.0.113.1, 10.0.0.7"},
		"nonsense before the address":  {[]string{"127.0.0.1"}, "x%d, , 203.0.113.1"},
		"nonsense instead of it":       {[]string{"127.0.0.1"}, "198.51.100.1, x%d"},
		"nothing but trusted proxies":  {[]string{"127.0.0.1", "10.0.0.0/8"}, "10.0.0.1"},
		"IPv4 in the clothing of IPv6": {[]string{"::ffff:127.0.0.1"}, "198.51.100.%d, 203.0.113.1"},
	} {
		t.Run(name, func(t *testing.T) {
			base := serve(t, edge.Config{RateLimit: 1, TrustedProxies: test.proxies})
			mustBeRefused(t, base, func(i int) string {
				if !strings.Contains(test.header, "%") {
					return test.header
				}
				return fmt.Sprintf(test.header, i%256)
			})
		})
	}
}

// mustBeRefused sends more than a request a second, however slow the machine.
func mustBeRefused(t *testing.T, base string, forwardedFor func(i int) string) {
	t.Helper()
	for i := range 200 {
		if strings.HasPrefix(from(t, base, forwardedFor(i)), tooMany) {
			return
		}
	}
	t.Error("one request a second is the limit, and 200 are let through")
}

func from(t *testing.T, base, forwardedFor string) (body string) {
	t.Helper()
	status, _, body := do(t, http.MethodPost, base, userInfo, "X-Forwarded-For", forwardedFor)
	if status != http.StatusOK {
		t.Fatalf("answered %d", status)
	}
	return body
}
