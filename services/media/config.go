// Package media is a live platform of one's own, for a laptop, a test or a small site: it
// takes what is pushed to the URLs of RequestLVBAddr, hands it to players, records it, and
// tells the gateway what the live platform would.
//
// It is no service of the gateway's. It stands outside, where a cloud's platform would, and
// shares nothing with the services but keys: it believes a URL for its signature and tells of
// pushes by signed events. It knows no users, rooms or bans of users. This package is its
// configuration; rtmp takes pushes, live is what is pushed now, web and hls play it, record
// keeps it, events tells of it, control is for operators, and setup puts them together.
package media

import (
	"errors"
	"flag"
	"net/url"
	"strings"
	"time"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/services/media/events"
)

// Config configures the server. Without ListenRTMP there is none.
type Config struct {
	ListenRTMP    config.Address
	ListenHTTP    config.Address
	ListenControl config.Address
	Secret        config.Secret // what ListenControl asks for

	Dir         string
	CallbackURL string // none: nobody is told
	URL         string // what players reach ListenHTTP under, without a slash at its end

	Record         bool
	RecordSlice    time.Duration
	RecordTTL      time.Duration
	RecordMaxBytes int64

	MaxPushes   int
	MaxPlayers  int
	MaxPushRate int // bytes a second

	MaxConnectionsPerAddress int // to ListenHTTP; 0 is no limit

	Faults     string
	FaultsSeed uint64

	Keys Keys
}

// Keys are those that the signing service signs with. The program of the media server
// registers them, a process that has both hands over the signing service's.
type Keys struct {
	Push     config.Secret // none: everybody may push
	Play     config.Secret // none: everybody may play
	Callback config.Secret // none: events are not signed
}

// RegisterFlags names the keys, which are those of the signing service.
func (k *Keys) RegisterFlags(fs *flag.FlagSet) {
	config.SecretVar(fs, &k.Push, "push-key", "key that push URLs are signed with; without it they are unsigned")
	config.SecretVar(fs, &k.Play, "play-key", "key that play URLs are signed with; without it they are unsigned")
	config.SecretVar(fs, &k.Callback, "callback-key", "key that the live platform signs its events with; without it all events are refused")
}

// RegisterFlags sets the defaults and names the keys, without Keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	fs.Var(&c.ListenRTMP, "media-listen-rtmp", "address that encoders push to, or off: without it there is no media server")
	fs.Var(&c.ListenHTTP, "media-listen-http", "address that streams and recordings are played from, or off")
	fs.Var(&c.ListenControl, "media-listen-control", "address of what drops and forbids streams and lists them, or off; keep it private")
	config.SecretVar(fs, &c.Secret, "media-secret", "what media-listen-control asks for as Authorization: Bearer, 16 characters at least; of two lines either is good")
	fs.StringVar(&c.Dir, "media-dir", "", "folder of recordings and of events that are not delivered yet (default {data-dir}/media)")
	fs.StringVar(&c.CallbackURL, "media-callback-url", "", "URL of the gateway's /callback, which is told of pushes and recordings (default, in one process with a gateway on HTTP: that one); without it nobody is told")
	fs.StringVar(&c.URL, "media-url", "", "what recordings are reached under, such as https://play.example.com (default, in one process with signing: http://{play-domain}); needed to record")
	fs.BoolVar(&c.Record, "media-record", false, "record what is pushed, as MP4")
	fs.DurationVar(&c.RecordSlice, "media-record-slice", time.Hour, "a longer recording becomes several")
	fs.DurationVar(&c.RecordTTL, "media-record-ttl", 168*time.Hour, "recordings are kept for this time")
	fs.Int64Var(&c.RecordMaxBytes, "media-record-max-bytes", 10<<30, "bytes of all recordings; over it the oldest are removed")
	fs.IntVar(&c.MaxPushes, "media-max-pushes", 100, "streams that are pushed at a time")
	fs.IntVar(&c.MaxPlayers, "media-max-players", 1000, "players of all streams together, and connections to media-listen-http")
	fs.IntVar(&c.MaxConnectionsPerAddress, "media-max-connections-per-address", 0, "connections to media-listen-http from one client address that are open at once, a proxy being one address; 0 for no limit")
	fs.IntVar(&c.MaxPushRate, "media-max-push-rate", 4<<20, "bytes a second that one pusher may send; more is read later")
	fs.StringVar(&c.Faults, "media-faults", "", "faults of the events, for tests: their probabilities, such as twice=0.2,late=0.2,disorder=0.2,lost=0.1")
	fs.Uint64Var(&c.FaultsSeed, "media-faults-seed", 1, "what media-faults happen to depends on this number")
}

// On reports whether there is a media server.
func (c *Config) On() bool { return c.ListenRTMP != "" }

// Check returns an error that names every bad key. A server that is off is never wrong.
func (c *Config) Check() error {
	if !c.On() {
		return nil
	}
	errs := []error{c.checkURL("media_callback_url", c.CallbackURL), c.checkURL("media_url", c.URL), c.checkSizes()}
	if c.Dir == "" {
		errs = append(errs, config.Errorf("media_dir: must be set"))
	}
	if c.Record && c.URL == "" {
		errs = append(errs, config.Errorf("media_url: must be set with media_record: it is what recordings are reached under"))
	}
	if c.Record && c.ListenHTTP == "" {
		errs = append(errs, config.Errorf("media_listen_http: must be set with media_record: recordings are played from it"))
	}
	if _, err := events.ParseFaults(c.Faults, c.FaultsSeed); err != nil {
		errs = append(errs, config.Errorf("media_faults: %w", err))
	}
	return errors.Join(errs...)
}

// checkSizes returns an error that names every number that is out of its range.
func (c *Config) checkSizes() error {
	var errs []error
	for _, one := range []struct {
		name  string
		value int64
	}{
		{"media_record_slice", int64(c.RecordSlice)},
		{"media_record_ttl", int64(c.RecordTTL)},
		{"media_record_max_bytes", c.RecordMaxBytes},
		{"media_max_pushes", int64(c.MaxPushes)},
		{"media_max_players", int64(c.MaxPlayers)},
		{"media_max_push_rate", int64(c.MaxPushRate)},
	} {
		if one.value <= 0 {
			errs = append(errs, config.Errorf("%s: must be more than 0", one.name))
		}
	}
	if c.MaxConnectionsPerAddress < 0 {
		errs = append(errs, config.Errorf("media_max_connections_per_address: %d is negative", c.MaxConnectionsPerAddress))
	}
	return errors.Join(errs...)
}

// checkURL allows no slash at the end, because paths are put behind it.
func (c *Config) checkURL(key, text string) error {
	if text == "" {
		return nil
	}
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" || strings.HasSuffix(text, "/") {
		return config.Errorf("%s: must be a URL of http or https without a slash at its end", key)
	}
	return nil
}
