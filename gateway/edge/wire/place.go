package wire

import (
	"bytes"

	"github.com/valyala/fasthttp"
)

// longPlace is the length, in bytes, from which a host and a target are not kept.
const longPlace = 256

// place is what the last request of a connection asked for. Nearly all that follow ask for
// the same, and need not be parsed again, which would be done twice: here and for routing.
type place struct {
	host, target []byte // empty: nothing is kept
	uri          fasthttp.URI
}

// parse gives a request its URI, or returns what is wrong with it.
func (p *place) parse(request *fasthttp.Request) error {
	host, target := request.Header.Host(), request.Header.RequestURI()
	if len(p.target) == 0 || !bytes.Equal(p.host, host) || !bytes.Equal(p.target, target) {
		p.target = p.target[:0]
		if err := p.uri.Parse(host, target); err != nil {
			return err
		}
		if len(host)+len(target) < longPlace {
			p.host, p.target = append(p.host[:0], host...), append(p.target, target...)
		}
	}
	request.SetURI(&p.uri)
	return nil
}
