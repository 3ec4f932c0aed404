package redisstore

import (
	"fmt"
	"strconv"

	"xiaozhibo.dev/services/counter"
)

// decode reads session and count, as HMGET replies them. A counter that was never added to
// is the zero Value. Marks are not read: only add.lua looks at them.
func decode(reply any) (value counter.Value, err error) {
	fields, ok := reply.([]any)
	if !ok || len(fields) != 2 {
		return value, fmt.Errorf("redis replied %v", reply)
	}
	for i, target := range []*int64{&value.Session, &value.Count} {
		if fields[i] == nil {
			continue // never added to
		}
		text, _ := fields[i].(string)
		if *target, err = strconv.ParseInt(text, 10, 64); err != nil {
			return value, fmt.Errorf("damaged: %w", err)
		}
	}
	return value, nil
}
