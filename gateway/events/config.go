package events

import (
	"errors"
	"flag"

	"xiaozhibo.dev/libs/config"
)

// maxRows is the most rows that may be configured: the stream service answers that many
// with one page, of one moment.
const maxRows = 10_000

// Config configures the listener of events. It is off by default, and costs nothing then.
type Config struct {
	Listen               config.Address
	MaxReaders           int // at once; positive
	MaxReadersPerAddress int // at once; 0 is no limit
	Rows                 int // of a snapshot; of so many rooms, and recordings, the numbers are told
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	fs.Var(&c.Listen, "listen-events", "address of GET /events, the list and its changes as server-sent events, or off; with TLS where tls-cert-file is set")
	fs.IntVar(&c.MaxReaders, "max-readers", 10_000, "readers of /events at once; over it one more gets 503")
	fs.IntVar(&c.MaxReadersPerAddress, "max-readers-per-address", 0, "readers of /events at once from one client address, over it one more gets 429; 0 for no limit")
	fs.IntVar(&c.Rows, "events-rows", 1000, "rows of the list that a new reader of /events is sent, newest first, and as many whose likes and viewers are told; 1 to 10000")
}

// Check returns an error that names every bad key.
func (c *Config) Check() error {
	var errs []error
	if c.MaxReaders < 1 {
		errs = append(errs, config.Errorf("max_readers: %d is not positive", c.MaxReaders))
	}
	if c.MaxReadersPerAddress < 0 {
		errs = append(errs, config.Errorf("max_readers_per_address: %d is negative", c.MaxReadersPerAddress))
	}
	if c.Rows < 1 || c.Rows > maxRows {
		errs = append(errs, config.Errorf("events_rows: %d is not between 1 and %d", c.Rows, maxRows))
	}
	return errors.Join(errs...)
}
