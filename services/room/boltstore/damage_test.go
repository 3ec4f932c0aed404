package boltstore_test

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/services/room"
)

func TestADamagedMemberIsLeftOutAndHarmsNoOther(t *testing.T) {
	for _, order := range []room.Order{room.Oldest, room.Newest, room.ByLevel} {
		path := filepath.Join(t.TempDir(), "room.db")
		config := room.Config{MemberTTL: time.Hour, MemberOrder: order}
		store := mustOpen(t, path, config, time.Now)
		if _, err := combine.All(store.Enter(t.Context(), []members.Entry{{Room: key, User: "a", Nickname: "A"}, {Room: key, User: "b", Nickname: "B"}})); err != nil {
			t.Fatal(err)
		}
		mustClose(t, store)
		edit(t, path, func(tx *bbolt.Tx) error {
			members := tx.Bucket([]byte("members"))
			first, raw := members.Cursor().First()
			return members.Put(bytes.Clone(first), bytes.Replace(raw, []byte("A"), []byte("X"), 1))
		})
		if found := checkFile(t, path); len(found) != 1 {
			t.Errorf("check tells of %q", found)
		}
		store = mustOpen(t, path, config, time.Now)
		mustList(t, store, key, members.Member{User: "b", Nickname: "B"})
		mustClose(t, store)
	}
}
