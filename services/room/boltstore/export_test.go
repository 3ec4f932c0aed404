package boltstore

import "xiaozhibo.dev/services/room"

// Encode is how a member is kept.
func Encode(seen int64, level int32, user, nickname, headPic string) []byte {
	return encode(room.Member{Seen: seen, Level: level}, user, nickname, headPic)
}

// Decode is how it is read.
func Decode(raw []byte) (seen int64, level int32, user, nickname, headPic string, err error) {
	r, err := decode(raw)
	return r.Seen, r.Level, string(r.user), string(r.nickname), string(r.headPic), err
}
