package edge_test

import (
	"fmt"
	"io"
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

func TestAnAddressIsReadInEveryFormThatProxiesWrite(t *testing.T) {
	for name, forms := range map[string][2]string{ // with and without, of one client
		"IPv4 and a port":      {"203.0.113.1:%d", "203.0.113.1"},
		"spaces":               {" \t203.0.113.1 ", "203.0.113.1"},
		"quotes":               {`"203.0.113.1"`, "203.0.113.1"},
		"IPv6 and a port":      {"[2001:db8::1]:%d", "2001:db8::1"},
		"IPv6 in brackets":     {"[2001:db8::1]", "2001:db8::1"},
		"IPv6 quoted":          {`"[2001:db8::1]:%d"`, "2001:db8::1"},
		"IPv6 with a zone":     {"fe80::1%%eth0", "fe80::1"},
		"another of the /64":   {"2001:db8::%x", "2001:db8::ffff:1:2"},
		"IPv4 in IPv6 clothes": {"::ffff:203.0.113.1", "203.0.113.1"},
		"and a trusted proxy":  {"203.0.113.1:%d, 10.0.0.7:443", "203.0.113.1"},
	} {
		t.Run(name, func(t *testing.T) {
			base := serve(t, edge.Config{RateLimit: 1, TrustedProxies: []string{"127.0.0.1", "10.0.0.0/8"}})
			mustBeRefused(t, base, func(i int) string {
				if i%2 == 1 || !strings.Contains(forms[0], "%") {
					return forms[i%2]
				}
				return fmt.Sprintf(forms[0], 1024+i)
			})
			for _, other := range []string{"203.0.113.2:80", "[2001:db8:0:1::1]:80"} {
				if body := from(t, base, other); strings.HasPrefix(body, tooMany) {
					t.Errorf("%s is refused for what another sent", other)
				}
			}
		})
	}
}

func TestOverTheRateTheNextRequestOfTheConnectionIsReadAllTheSame(t *testing.T) {
	base := serve(t, edge.Config{RateLimit: 1})
	conn := dial(t, base)
	const chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
	for range 50 {
		fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%s%s", len(userInfo), userInfo, chunked)
	}
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
	got, err := io.ReadAll(conn)
	if replies := strings.Count(string(got), `{"returnValue":`); err != nil || replies != 101 || !strings.Contains(string(got), tooMany) {
		t.Errorf("101 requests have %d replies, %v", replies, err)
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
