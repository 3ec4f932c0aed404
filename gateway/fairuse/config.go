package fairuse

import (
	"errors"
	"flag"

	"xiaozhibo.dev/libs/config"
)

// Config says how much is fair. 0 is no limit, the default of each: a limit on a rate is
// off unless somebody wants it, and what is fair for an address depends on who is behind
// it. An address is an IPv4 address or an IPv6 /64.
type Config struct {
	// MaxLikesPerClient is for one anchor in a minute. A client is the user who proves to
	// be one, else an address, which may be a whole carrier: so no number is right for all.
	MaxLikesPerClient int
	// MaxLikesPerAddress is in a minute. One that is not counted is lost without a word,
	// so nobody may meet it unawares.
	MaxLikesPerAddress int
	// MaxChangesPerUser is in a minute. Where nobody proves who they are, a stranger can
	// use up what a user has.
	MaxChangesPerUser int
	// MaxAnchorsPerAddress is in an hour.
	MaxAnchorsPerAddress int
	// MaxUsersPerAddress is in an hour. What keeps made-up users out would be met by
	// everybody who measures a server from one machine.
	MaxUsersPerAddress int
	// MaxRoomsPerAddress is in an hour.
	MaxRoomsPerAddress int
	// MaxMembersPerAddress is for one room in an hour. All members of a room have a cap of
	// their own, max_members.
	MaxMembersPerAddress int
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	fs.IntVar(&c.MaxLikesPerClient, "max-likes-per-client", 0, "likes in a minute of one client for one anchor, given and taken back; more are not counted. A client is a user with proof, else an address; 0 for no limit")
	fs.IntVar(&c.MaxLikesPerAddress, "max-likes-per-address", 0, "the same from one address, for all anchors; 0 for no limit")
	fs.IntVar(&c.MaxChangesPerUser, "max-changes-per-user", 0, "RequestLVBAddr and ChangeStatus of one user in a minute before they answer 4003; 0 for no limit")
	fs.IntVar(&c.MaxAnchorsPerAddress, "max-anchors-per-address", 0, "users for whom RequestLVBAddr and ChangeStatus come from one address in an hour; 0 for no limit")
	fs.IntVar(&c.MaxUsersPerAddress, "max-users-per-address", 0, "users for whom Actions that write come from one address in an hour; 0 for no limit")
	fs.IntVar(&c.MaxRoomsPerAddress, "max-rooms-per-address", 0, "rooms that are entered from one address in an hour; 0 for no limit")
	fs.IntVar(&c.MaxMembersPerAddress, "max-members-per-address", 0, "users who enter one room from one address in an hour; 0 for no limit")
}

// Check returns an error that names every bad key.
func (c *Config) Check() error {
	var errs []error
	for key, value := range c.limits() {
		if value < 0 {
			errs = append(errs, config.Errorf("%s: %d is negative", key, value))
		}
	}
	return errors.Join(errs...)
}

// Limit is a key of the configuration, by which refusals are counted and told.
type Limit string

// The limits.
const (
	likesPerClient    Limit = "max_likes_per_client"
	likesPerAddress   Limit = "max_likes_per_address"
	changesPerUser    Limit = "max_changes_per_user"
	anchorsPerAddress Limit = "max_anchors_per_address"
	usersPerAddress   Limit = "max_users_per_address"
	roomsPerAddress   Limit = "max_rooms_per_address"
	membersPerAddress Limit = "max_members_per_address"
)

func (c *Config) limits() map[Limit]int {
	return map[Limit]int{
		likesPerClient: c.MaxLikesPerClient, likesPerAddress: c.MaxLikesPerAddress, changesPerUser: c.MaxChangesPerUser,
		anchorsPerAddress: c.MaxAnchorsPerAddress, usersPerAddress: c.MaxUsersPerAddress,
		roomsPerAddress: c.MaxRoomsPerAddress, membersPerAddress: c.MaxMembersPerAddress,
	}
}
