package redisstore

import (
	"encoding/json"
	"fmt"
	"strings"

	api "xiaozhibo.dev/libs/api/room"
)

// profile is what the scripts carry unread.
type profile struct {
	Nickname string `json:"n,omitempty"`
	HeadPic  string `json:"h,omitempty"`
}

func encode(e api.Entry) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)                       // the & of a URL would take six bytes
	_ = encoder.Encode(profile{e.Nickname, e.HeadPic}) // two texts into memory
	return strings.TrimSuffix(text.String(), "\n")
}

// decode reads a page, as pages.lua returns it.
func decode(reply any) (api.Page, error) {
	row, ok := reply.([]any)
	if !ok || len(row)%2 == 0 {
		return api.Page{}, fmt.Errorf("redis replied %v for a page", reply)
	}
	total, _ := row[0].(int64)
	page := api.Page{Total: int(total), Members: make([]api.Member, 0, len(row)/2)}
	for i := 1; i < len(row); i += 2 {
		user, _ := row[i].(string)
		record, _ := row[i+1].(string)
		parts := strings.SplitN(record, " ", 3) // place, level, profile
		var one profile
		if err := json.Unmarshal([]byte(parts[len(parts)-1]), &one); err != nil {
			return api.Page{}, fmt.Errorf("member %q is damaged: %w", user, err)
		}
		page.Members = append(page.Members, api.Member{User: user, Nickname: one.Nickname, HeadPic: one.HeadPic})
	}
	return page, nil
}
