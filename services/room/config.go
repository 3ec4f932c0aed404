package room

import (
	"errors"
	"flag"
	"time"

	"xiaozhibo.dev/libs/config"
)

// Order is the order that the members of a room are listed in.
type Order string

// The orders. Oldest and Newest go by when a member joined, not by when it entered last.
// ByLevel lists the highest level first, and members of one level oldest first.
const (
	Oldest  Order = "oldest"
	Newest  Order = "newest"
	ByLevel Order = "level"
)

// Config configures the service. It is read at the start. A new MemberTTL holds for those who
// are there already, because it is when they were seen that is kept and not when they leave.
type Config struct {
	MemberTTL   time.Duration // since a member last entered; positive
	MemberOrder Order
	MaxMembers  int // of a room; 0: no cap
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	fs.DurationVar(&c.MemberTTL, "member-ttl", 6*time.Hour, "a member who neither quits nor enters again leaves after this time")
	fs.IntVar(&c.MaxMembers, "max-members", 1_000_000, "a room with so many members lets no other in: EnterGroup answers 4003; 0 for no cap")
	fs.StringVar((*string)(&c.MemberOrder), "member-order", string(Oldest), "order of a member list: oldest, newest or level (highest first)")
}

// Check returns an error that names every bad key.
func (c *Config) Check() error {
	var errs []error
	if c.MemberTTL <= 0 {
		errs = append(errs, config.Errorf("member_ttl: %s is not positive", c.MemberTTL))
	}
	if c.MaxMembers < 0 {
		errs = append(errs, config.Errorf("max_members: %d is negative", c.MaxMembers))
	}
	switch c.MemberOrder {
	case Oldest, Newest, ByLevel:
	default:
		errs = append(errs, config.Errorf("member_order: %q is none of oldest, newest, level", c.MemberOrder))
	}
	return errors.Join(errs...)
}
