package fairuse

import (
	"context"

	"xiaozhibo.dev/gateway/quota"
)

// Enter returns a TooMany error where user may not enter the room from this address, and
// then has counted nothing. room is the name of a target, so recordings have rooms as
// well.
func (l *Limits) Enter(ctx context.Context, from Sender, user, room string) error {
	if l == nil || !from.Address.IsValid() {
		return nil
	}
	// Each limit is asked in turn, and what was taken from those before is given back where one refuses: so a refusal
	// costs nothing, and the order of the limits does not show.
	entry := l.rooms.Take(from.Address, room)
	if entry == quota.Refused {
		return l.refuse(ctx, roomsPerAddress, from, user, "too many rooms are entered from one address in an hour")
	}
	err := l.join(ctx, from, user, doorway{from.Address, room})
	if err != nil {
		l.rooms.Return(from.Address, room, entry)
	}
	return err
}

// join returns a TooMany error where user is one too many for the address, in that room or
// at all.
func (l *Limits) join(ctx context.Context, from Sender, user string, through doorway) error {
	charge := l.members.Take(through, user)
	if charge == quota.Refused {
		return l.refuse(ctx, membersPerAddress, from, user, "too many users enter this room from one address in an hour")
	}
	err := l.Act(ctx, from, user)
	if err != nil {
		l.members.Return(through, user, charge)
	}
	return err
}
