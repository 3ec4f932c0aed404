package fairuse

import (
	"errors"
	"flag"

	"xiaozhibo.dev/libs/config"
)

// Config says how much is fair. 0 is no limit, the default of each: a limit on a rate is
// off unless an operator wants it, and what is fair for an address depends on how many
// people are behind it. An address is an IPv4 address or an IPv6 /64.
type Config struct {
	// MaxLikesPerClient counts the likes of one client for one anchor in a minute. A
	// client is the user who proves to be one, else an address, which may be a whole
	// carrier: so no number is right for all.
	MaxLikesPerClient int
	// MaxLikesPerAddress counts the likes from one address in a minute, for all anchors. A
	// like over it is lost without a word, so no operator should meet it unawares.
	MaxLikesPerAddress int
	// MaxChangesPerUser counts RequestLVBAddr and ChangeStatus for one user in a minute.
	// Where nobody proves an identity, a stranger can use up what a user has.
	MaxChangesPerUser int
	// MaxAnchorsPerAddress counts the different users that one address broadcasts for in
	// an hour.
	MaxAnchorsPerAddress int
	// MaxUsersPerAddress counts the different users that one address writes for in an
	// hour. A number that keeps made-up users out also refuses a load test from one
	// machine.
	MaxUsersPerAddress int
	// MaxRoomsPerAddress counts the different rooms that one address enters in an hour.
	MaxRoomsPerAddress int
	// MaxMembersPerAddress counts the different users that enter one room from one address
	// in an hour. All members of a room together have a cap of their own, max_members of
	// the room service.
	MaxMembersPerAddress int
	// MaxUploadsPerAddress counts the upload signatures that one address gets in a minute.
	// Each is good for any number of uploads while it lasts.
	MaxUploadsPerAddress int
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	fs.IntVar(&c.MaxLikesPerClient, "max-likes-per-client", 0, "likes in a minute of one client for one anchor, given and taken back; more are not counted. A client is a user with proof, else an address; 0 for no limit")
	fs.IntVar(&c.MaxLikesPerAddress, "max-likes-per-address", 0, "likes in a minute from one address, for all anchors; more are not counted; 0 for no limit")
	fs.IntVar(&c.MaxChangesPerUser, "max-changes-per-user", 0, "RequestLVBAddr and ChangeStatus of one user in a minute before they answer 4003; 0 for no limit")
	fs.IntVar(&c.MaxAnchorsPerAddress, "max-anchors-per-address", 0, "users for whom RequestLVBAddr and ChangeStatus come from one address in an hour; 0 for no limit")
	fs.IntVar(&c.MaxUsersPerAddress, "max-users-per-address", 0, "users for whom Actions that write come from one address in an hour; 0 for no limit")
	fs.IntVar(&c.MaxRoomsPerAddress, "max-rooms-per-address", 0, "rooms that are entered from one address in an hour; 0 for no limit")
	fs.IntVar(&c.MaxMembersPerAddress, "max-members-per-address", 0, "users who enter one room from one address in an hour; 0 for no limit")
	fs.IntVar(&c.MaxUploadsPerAddress, "max-uploads-per-address", 0, "upload signatures that GetCOSSign gives to one address in a minute before it answers 4003; 0 for no limit")
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

// Limit is the name of a limit: its key in the configuration. Refusals name it to clients,
// logs and metrics, so that an operator finds the key to change.
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
	uploadsPerAddress Limit = "max_uploads_per_address"
)

// limits returns every limit under its name, those that are off too.
func (c *Config) limits() map[Limit]int {
	return map[Limit]int{
		likesPerClient: c.MaxLikesPerClient, likesPerAddress: c.MaxLikesPerAddress, changesPerUser: c.MaxChangesPerUser,
		anchorsPerAddress: c.MaxAnchorsPerAddress, usersPerAddress: c.MaxUsersPerAddress,
		roomsPerAddress: c.MaxRoomsPerAddress, membersPerAddress: c.MaxMembersPerAddress, uploadsPerAddress: c.MaxUploadsPerAddress,
	}
}
