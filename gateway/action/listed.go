package action

import (
	"context"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
)

// Listed is a row of the list, for those who show it by other ways than Actions.
type Listed struct{ row row }

// AppendJSON appends the row exactly as FetchList shows it.
func (l Listed) AppendJSON(dst []byte) []byte { return l.row.AppendJSON(dst) }

// Listed returns the rows of a page, its sessions first. Likes and viewers that do not come
// soon are zero. It fails if one of the play URLs does.
func (a *Actions) Listed(ctx context.Context, page streams.Page) ([]Listed, error) {
	rows, err := combine.One(a.rows(ctx, []streams.Page{page}))
	listed := make([]Listed, len(rows))
	for i := range rows {
		listed[i] = Listed{rows[i]}
	}
	return listed, err
}

// AppendList appends a list as FetchList's returnData has it: total counts all rows there
// are, not only these.
func AppendList(dst []byte, total int, listed []Listed) []byte {
	list := pusherList{total: total, rows: make([]row, len(listed))}
	for i := range listed {
		list.rows[i] = listed[i].row
	}
	return list.AppendJSON(dst)
}

// RecordingOf returns the key that the members of a recording are kept under in the room
// service, as SessionOf does of a session. Likes have the same key in the counter service.
func RecordingOf(r *streams.Recording) members.Key { return recordedTarget(r).room() }
