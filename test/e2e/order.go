package e2e

import (
	"cmp"
	"fmt"
)

// checkOrder checks that rows stand in the list's order: rooms before recordings, the newest first, ties by
// ascending user id or file id. No two rows are equal in all of these, so it finds doubles as well.
func checkOrder(rows []row) error {
	for i := 1; i < len(rows); i++ {
		if inListOrder(rows[i-1], rows[i]) >= 0 {
			return fmt.Errorf("%+v stands before %+v", rows[i-1].lasting(), rows[i].lasting())
		}
	}
	return nil
}

func inListOrder(a, b row) int {
	tie := cmp.Compare(a.UserID, b.UserID)
	if a.Type == typeRecorded {
		tie = cmp.Compare(a.FileID, b.FileID)
	}
	return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(b.Timestamp, a.Timestamp), tie)
}
