package events

import (
	"net/http"
	"net/netip"

	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/libs/apierr"
)

// admit asks for proof as FetchList does. EventSource sends no headers, so proof may be in
// the query too.
func (h *handler) admit(r *http.Request) error {
	if h.gate == nil {
		return nil
	}
	query := r.URL.Query()
	body := envelope.AppendText(nil, `{"token":`, query.Get("token"))
	body = append(envelope.AppendText(body, `,"usersig":`, query.Get("usersig")), '}')
	fields, err := envelope.Parse(body)
	if err != nil {
		return apierr.New(apierr.Denied, "not allowed! | proof cannot be read!")
	}
	_, err = h.gate.Admit(r.Context(), "GET /events", auth.Read, sender{h, r}, fields)
	return err
}

// client returns the nearest address that is no trusted proxy's.
func (h *handler) client(r *http.Request) netip.Addr {
	return h.proxies.Client(remote(r), func() []string { return r.Header.Values("X-Forwarded-For") })
}

// remote returns the other end of the connection, which may be a proxy. The zone of an IPv6
// address is dropped, as no range of trusted proxies has one.
func remote(r *http.Request) netip.Addr {
	address, _ := netip.ParseAddrPort(r.RemoteAddr)
	return address.Addr().Unmap().WithZone("")
}

// sender is a request as the gate reads it.
type sender struct {
	h *handler
	r *http.Request
}

// Header, Proxied and Address implement auth.Sender.
func (s sender) Header(name string) []string { return s.r.Header.Values(name) }

func (s sender) Proxied() bool { return s.h.proxies.Contains(remote(s.r)) }

func (s sender) Address() string { return s.h.client(s.r).String() }

var _ auth.Sender = sender{}
