package redisstore

import (
	"context"
	"encoding/json"
	"strings"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/store/plainjson"
)

// profile is what the scripts carry unread. It stands last in a record, so that blanks in it
// do no harm.
type profile struct {
	Nickname string `json:"n,omitempty"`
	HeadPic  string `json:"h,omitempty"`
}

// encode writes the profile of a member as JSON.
func encode(e members.Entry) []byte {
	text, _ := plainjson.Encode(profile{Nickname: e.Nickname, HeadPic: e.HeadPic}) // two texts into memory
	return text
}

// page reads a page, as pages.lua returns it. A member with a damaged record in key
// is left out and reported; the total still counts that member.
func (s *Store) page(ctx context.Context, key string, reply any) members.Page {
	row, _ := reply.([]any)
	page := members.Page{Members: make([]members.Member, 0, len(row)/2)}
	if len(row) > 0 {
		total, _ := row[0].(int64)
		page.Total = int(total)
	}
	for i := 1; i+1 < len(row); i += 2 {
		user, _ := row[i].(string)
		record, _ := row[i+1].(string)
		parts := strings.SplitN(record, " ", 3) // place, level, profile
		var one profile
		if err := json.Unmarshal([]byte(parts[len(parts)-1]), &one); err != nil {
			s.db.Damaged(ctx, key, user, err)
			continue
		}
		page.Members = append(page.Members, members.Member{User: user, Nickname: one.Nickname, HeadPic: one.HeadPic})
	}
	return page
}
