package client

import (
	"cmp"
	"fmt"
)

// CheckOrder checks that rows stand in the list's order: rooms before recordings, the newest first, ties by
// ascending user id or file id. No two rows are equal in all of these, so it finds doubles as well.
func CheckOrder(rows []Row) error {
	for i := 1; i < len(rows); i++ {
		if inListOrder(rows[i-1], rows[i]) >= 0 {
			return fmt.Errorf("%+v stands before %+v", rows[i-1].Lasting(), rows[i].Lasting())
		}
	}
	return nil
}

func inListOrder(a, b Row) int {
	tie := cmp.Compare(a.UserID, b.UserID)
	if a.Type == TypeRecorded {
		tie = cmp.Compare(a.FileID, b.FileID)
	}
	return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(b.Timestamp, a.Timestamp), tie)
}
