package streams

import "xiaozhibo.dev/libs/combine"

// Fence is what likes and members need of a session: they are kept under its number, and a
// viewer must name its group to enter. The zero Fence is that of a user without a session.
type Fence struct {
	Number int64  `json:"session,omitempty"`
	Group  string `json:"group,omitempty"`
	Bans   bool   `json:"bans,omitempty"` // as Session.Bans
}

// FenceOf returns the fence of a session; nil has the zero Fence.
func FenceOf(s *Session) Fence {
	if s == nil {
		return Fence{}
	}
	return Fence{Number: s.Number, Group: s.Group, Bans: s.Bans}
}

// FencesOf returns the fences of sessions that were read, for a store that has nothing
// cheaper.
func FencesOf(sessions []combine.Result[*Session]) []combine.Result[Fence] {
	fences := make([]combine.Result[Fence], len(sessions))
	for i, s := range sessions {
		fences[i] = combine.Result[Fence]{Value: FenceOf(s.Value), Err: s.Err}
	}
	return fences
}
