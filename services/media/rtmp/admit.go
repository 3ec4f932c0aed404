package rtmp

import (
	"errors"
	"io"
	"net/url"
	"path"
	"time"

	"github.com/bluenviron/gortmplib"

	"xiaozhibo.dev/services/media/access"
	"xiaozhibo.dev/services/media/live"
)

// greet reports whether the connection may push its stream, and has told it so. All of it has one deadline: a
// connection that sends a byte now and then is a stranger for no longer than any other. Only with a good URL may it
// announce whole frames.
func (p *pusher) greet() bool {
	s := p.server
	_ = p.net.SetDeadline(time.Now().Add(s.options.Greeting)) // an open connection takes it
	p.rtmp = &gortmplib.ServerConn{RW: struct {
		io.Reader
		io.Writer
	}{&paced{p.guard, s.ctx, s.limiter(), s.options.Measure.Bytes}, p.net}}
	if err := p.rtmp.Initialize(); err != nil {
		s.refuse("handshake", p.net, "err", err)
		return false
	}
	if err := p.rtmp.AcceptConn(); err != nil {
		s.refuse("handshake", p.net, "err", err)
		return false
	}
	if reason, err := p.admit(); err != nil {
		_ = p.rtmp.RejectAction() // it is refused whether it hears that or not
		s.refuse(reason, p.net, "stream", p.stream, "err", err)
		return false
	}
	p.guard.limit.Store(s.options.MaxMessage + maxText)
	return p.rtmp.AcceptAction() == nil
}

// admit names the reason in a word if it does not: a label of metrics, so that none of them is the client's. What
// costs least is looked at first, and whether there is room last, when the connection has shown that it may ask.
func (p *pusher) admit() (reason string, err error) {
	if !p.rtmp.Publish {
		return "play", errors.New("streams are played by HTTP")
	}
	app, stream := path.Split(p.rtmp.URL.Path)
	if err := access.CheckStream(stream); err != nil || app != "/live/" {
		return "stream", errors.Join(err, errors.New("the path of the URL is not /live/ and a stream id"))
	}
	p.stream = stream
	query, err := url.ParseQuery(p.rtmp.URL.RawQuery)
	if err != nil {
		return "url", errors.New("the URL's query cannot be read")
	}
	if err := p.server.options.Admit(stream, query.Get("txSecret"), query.Get("txTime")); err != nil {
		return "denied", err
	}
	if !p.server.options.Hub.HasRoom(stream) {
		return "limit", live.ErrTooManyPushes
	}
	return "", nil
}
