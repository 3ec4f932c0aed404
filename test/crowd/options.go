package main

import (
	"errors"
	"flag"
	"io"
	"os/exec"
	"strings"
	"time"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/test/crowd/audience"
)

// options are what the command line asks for. Times are those of the viewers, which
// run faster times as fast.
type options struct {
	bin, dir, cores string
	port            int
	split           bool
	settings        settings
	url             string // of a server that is there

	name                  string
	seed                  uint64
	viewers, rooms        int
	evening               bool
	within, length        time.Duration
	faster                float64
	carrier, fresh, gzips float64
	connections           int
	habits                audience.Habits
}

// settings are KEY=VALUE, one for each time the flag is given.
type settings []string

func (s *settings) String() string { return strings.Join(*s, " ") }

// Set takes one.
func (s *settings) Set(text string) error {
	if !strings.HasPrefix(text, "XZB_") || !strings.Contains(text, "=") {
		return errors.New("not XZB_KEY=VALUE")
	}
	*s = append(*s, text)
	return nil
}

func parse(args []string, stderr io.Writer) (o options, err error) {
	o.habits = audience.Released()
	flags := flag.NewFlagSet("crowd", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.viewers, "viewers", 10_000, "viewers that come")
	flags.IntVar(&o.rooms, "rooms", 0, "broadcasts; 0 is one for a hundred viewers, 10 at least and 5000 at most")
	arrival := flags.String("arrival", "flash", "flash: all come within a short time; evening: over three hours, most of them in the middle")
	flags.DurationVar(&o.within, "within", 30*time.Second, "how long a flash crowd takes to come")
	flags.DurationVar(&o.length, "length", 0, "how long it lasts from the first viewer on; 0 is 3m for a flash crowd, 3h for an evening")
	flags.Float64Var(&o.faster, "faster", 0, "how many times as fast as in life; 0 is 1 for a flash crowd, 36 for an evening")
	flags.DurationVar(&o.habits.Poll, "poll", o.habits.Poll, "how often a viewer asks for the members and details of the room; 0 is once, as the released clients do")
	flags.Float64Var(&o.carrier, "carrier", 0.1, "share of the viewers behind one address")
	flags.Float64Var(&o.fresh, "fresh", 0.05, "share of the requests on connections of their own")
	flags.Float64Var(&o.gzips, "gzip", 1, "share of the requests that ask for gzip, as released clients do")
	flags.IntVar(&o.connections, "connections", 512, "connections that are kept and shared, as a proxy does")
	flags.Uint64Var(&o.seed, "seed", 1, "the same seed decides the same")
	flags.BoolVar(&o.split, "split", false, "five programs on a redis-server, in place of one on bbolt")
	flags.Var(&o.settings, "set", "XZB_KEY=VALUE for the server that is started; may be repeated")
	flags.StringVar(&o.cores, "server-cores", "", "cores of that server, as taskset takes them; empty: all")
	flags.StringVar(&o.url, "url", "", "a server that is there, such as http://localhost:8080, in place of one that is started")
	flags.StringVar(&o.bin, "bin", "bin", "folder of the programs that make build made")
	flags.StringVar(&o.dir, "dir", "data", "folder for the data while it runs; its disk is what durable writes wait for")
	flags.IntVar(&o.port, "port", 0, "the first of 16 free ports on 127.0.0.1; 0 takes any that are free")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, err
		}
		return o, config.Errorf("%w", err)
	}
	o.evening = *arrival == "evening"
	if flags.NArg() > 0 || !o.evening && *arrival != "flash" {
		return o, config.Errorf("usage: crowd [flags]; -arrival is flash or evening")
	}
	o.fill()
	err = o.check()
	return o, err
}

// fill replaces the zeros that stand for a default.
func (o *options) fill() {
	if o.rooms == 0 {
		o.rooms = min(max(o.viewers/100, 10), 5000)
	}
	if o.length == 0 {
		o.length = 3 * time.Minute
		if o.evening {
			o.length = 3 * time.Hour
		}
	}
	if o.faster == 0 {
		o.faster = 1
		if o.evening {
			o.faster = 36
		}
	}
	o.name = "crowd"
	if o.url != "" { // on a server that may have seen a crowd before
		o.name = "crowd-" + time.Now().UTC().Format("20060102T150405")
	}
}

func (o *options) check() error {
	switch {
	case o.viewers < 1 || o.viewers > 1<<24 || o.rooms < 1 || o.rooms > 1<<16 || o.connections < 1:
		return config.Errorf("-viewers is 1 to %d, -rooms 1 to %d, -connections 1 or more", 1<<24, 1<<16)
	case o.faster <= 0 || o.length <= 0 || o.within <= 0 || o.habits.Poll < 0:
		return config.Errorf("-faster, -length and -within are more than 0, -poll is 0 or more")
	case min(o.carrier, o.fresh, o.gzips) < 0 || max(o.carrier, o.fresh, o.gzips) > 1:
		return config.Errorf("-carrier, -fresh and -gzip are shares: 0 to 1")
	case o.url != "" && (o.split || len(o.settings) > 0 || o.cores != ""):
		return config.Errorf("-split, -set and -server-cores are for a server that is started, and -url is for one that is there")
	}
	if _, err := exec.LookPath("redis-server"); o.split && err != nil {
		return config.Errorf("no redis-server on the PATH: install Debian's package redis-server, or Redis or Valkey from elsewhere")
	}
	return nil
}
