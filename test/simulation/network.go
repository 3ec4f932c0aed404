package simulation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"
)

var errRefused = errors.New("connection refused")

// network carries the calls of one gateway to the services. It is the transport
// of the gateway's own clients, so that what they do about a lost answer is part
// of what is tried.
type network struct{ gateway *gateway }

// call is a request on its way, and what it is answered.
type call struct {
	gateway  *gateway
	service  string
	method   string
	request  *http.Request
	body     []byte
	answered chan answer // of one
}

type answer struct {
	response *http.Response
	err      error
}

// pause lets gateways wait between two attempts of a call one at a time.
func (n *network) pause(ctx context.Context, method string, d time.Duration) bool {
	deadline, _ := ctx.Deadline()
	if time.Until(deadline) <= d || n.gateway.gone() {
		return false
	}
	n.gateway.world.park(fmt.Sprintf("pause %s %06d %s", n.gateway.name, number(ctx), method), nil, d)
	return true
}

// RoundTrip implements http.RoundTripper.
func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, w := r.Context(), n.gateway.world
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if err := r.Body.Close(); err != nil {
		return nil, err
	}
	c := &call{
		gateway: n.gateway, service: r.URL.Host, method: r.URL.Path, request: r, body: body,
		answered: make(chan answer, 1),
	}
	w.arrive(fmt.Sprintf("call %s %06d %s", n.gateway.name, number(ctx), r.URL.Path), c.send)
	select {
	case a := <-c.answered:
		return a.response, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-n.gateway.dead:
		return nil, errCrashed
	}
}

// send decides what becomes of a call.
func (c *call) send() {
	w := c.gateway.world
	switch weather := w.weather; {
	case weather.strikes(LoseCall):
		c.tell("is lost")
	case weather.strikes(Refuse):
		c.tell("is refused")
		w.after(weather.hop(Delay), func() { c.answer(answer{err: errRefused}) })
	default:
		if weather.strikes(Repeat) {
			c.tell("will arrive twice")
			again := *c
			again.answered = make(chan answer, 1)
			w.after(weather.hop(Delay)*2, again.deliver)
		}
		w.after(weather.hop(Delay), c.deliver)
	}
}

func (c *call) tell(what string) {
	c.gateway.world.tell(c.body, "%s: call %s %s", c.gateway.name, c.method, what)
}

// deliver hands a call to the next copy of its service.
func (c *call) deliver() {
	w := c.gateway.world
	w.calls++
	copies := w.servers[c.service]
	p := copies[w.calls%len(copies)].up
	if p == nil {
		c.answer(answer{err: errRefused})
		return
	}
	key := fmt.Sprintf("answer %06d", w.calls)
	w.workers.do(func() {
		response := p.serve(c)
		w.arrive(key, func() { c.reply(p, response) })
	})
}

// serve carries out a call in the caller's goroutine.
func (p *process) serve(c *call) *http.Response {
	recorder := httptest.NewRecorder()
	p.handler.ServeHTTP(recorder, &http.Request{
		Method: c.request.Method, URL: c.request.URL, RequestURI: c.request.URL.Path, Host: p.name,
		Header: c.request.Header, Body: io.NopCloser(bytes.NewReader(c.body)), RemoteAddr: "127.0.0.1:1",
	})
	return recorder.Result()
}

// reply decides what becomes of an answer.
func (c *call) reply(p *process, response *http.Response) {
	w := c.gateway.world
	switch {
	case p.dead:
		c.tell("dies with its service")
		c.answer(answer{err: io.ErrUnexpectedEOF})
	case w.weather.strikes(LoseReply):
		c.tell("is carried out, its answer lost")
	default:
		w.after(w.weather.hop(Delay), func() { c.answer(answer{response: response}) })
	}
}

func (c *call) answer(a answer) {
	select {
	case c.answered <- a:
	default:
	}
}
