package boltstore_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"testing"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/boltstore"
)

func TestCheckNamesWhatCannotBeReadAndWhatLeadsNowhere(t *testing.T) {
	db, err := bbolt.Open(t.TempDir()+"/stream.db", 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	room := boltstore.EncodeCurrent(&stream.Current{})
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, record := range [][3]string{
			{"rooms", "tom", string(room)},
			{"rooms", "ann", string(room)},
			{"rooms", "eve", string(room[1:])},
			{"rooms", "lost", string(room)},
			{"rooms", "nobody", string(room)},
			{"anchors", "tom", hidden(1)},
			{"anchors", "lost", hidden(2)},
			{"anchors", "ghost", hidden(1)},
			{"waits", "h\x00\x00\x00\x00\x00\x00\x00\x01tom", "12345678"},
			{"waits", "h\x00\x00\x00\x00\x00\x00\x00\x01bob", "12345678"},
			{"waits", "h", "12345678"},
			{"past", "any", `{}`},
			{"past", "bad", `{`},
			{"ends", "short", "1"},
			{"anchors", "ann", hidden(1)[1:]},
			{"streams", "8888_tom", "tom"},
			{"streams", "8888_bob", "bob"},
			{"recordings", "one", `{}`},
			{"recordings", "two", `[]`},
			{"files", "\x03tomf1", "one"},
			{"files", "\x03tomf3", "three"},
			{"files", "\x03tomf4", "one"},
			{"files", "\x09short", "one"},
			{"fileusers", "\x02f1tom", ""},
			{"fileusers", "\x02f3tom", ""},
			{"fileusers", "\x02f5tom", ""},
			{"ended", ended(9) + key("tom", 7), `{"user":"tom","session":7,"ended":9}`},
			{"ended", ended(9) + key("tom", 8), `{"user":"tom","session":7,"ended":9}`},
			{"ended", ended(9) + key("ann", 7), `{"user":"ann","session":7,"ended":9}`},
			{"ended", ended(9) + key("bad", 7), `{"user":`},
			{"endings", key("tom", 7), end(9)},
			{"endings", key("tom", 8), end(9)},
			{"endings", key("bob", 7), end(9)},
			{"endings", key("eve", 7), end(9)[1:]},
			{"ended", "short", ""},
			{"changes", "\x00\x00\x00\x00\x00\x00\x00\x01", `{}`},
			{"changes", "\x00\x00\x00\x00\x00\x00\x00\x02", `{"at":"`},
			{"changes", "\x00\x00\x00\x00\x00\x00\x00\x03", `{}`},
			{"changes", "short", `{}`},
			{"bans", "tom", `{"user":"tom"}`},
			{"bans", "ann", `{"user":"tom"}`},
			{"bans", "bad", ``},
			{"bookmarks", "hooks", `{"name":"hooks","version":1}`},
			{"bookmarks", "bad", `{"version":"1"}`},
			{"bookmarks", "other", `{"name":"hooks","version":1}`},
			{"journal", "unlisted", "short"},
		} {
			bucket, err := tx.CreateBucketIfNotExists([]byte(record[0]))
			if err != nil {
				return err
			}
			if err := bucket.Put([]byte(record[1]), []byte(record[2])); err != nil {
				return err
			}
		}
		if err := tx.Bucket([]byte("changes")).SetSequence(2); err != nil {
			return err
		}
		var found []string
		boltstore.Check(tx, func(bucket string, key []byte, _ string) { found = append(found, fmt.Sprintf("%s %s", bucket, key)) })
		if want := []string{
			"rooms eve", "rooms nobody", "anchors ann", "anchors ghost", "anchors lost",
			"waits h", "waits h\x00\x00\x00\x00\x00\x00\x00\x01bob", "past bad", "ends short",
			"streams 8888_bob", "recordings two",
			"files \x03tomf3", "files \x03tomf4", "files \x09short", "fileusers \x02f5tom",
			"ended short", "ended " + ended(9) + key("ann", 7), "ended " + ended(9) + key("bad", 7), "ended " + ended(9) + key("tom", 8),
			"endings " + key("bob", 7), "endings " + key("eve", 7),
			"changes \x00\x00\x00\x00\x00\x00\x00\x02", "changes \x00\x00\x00\x00\x00\x00\x00\x03", "changes short",
			"bans ann", "bans bad", "bookmarks bad", "bookmarks other", "journal unlisted",
		}; !slices.Equal(found, want) {
			t.Errorf("found %q, want %q", found, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func key(user string, session int64) string { return stream.SessionKey(user, session) }

// ended begins a key of an end: the latest comes first.
func ended(at int64) string {
	return string(binary.BigEndian.AppendUint64(nil, uint64(math.MaxInt64-at)))
}

// end is the record of an ending.
func end(at int64) string { return string(binary.BigEndian.AppendUint64(nil, uint64(at))) }

// hidden is the history of an anchor who has waited to be online since a moment.
func hidden(moment int64) string {
	return string(boltstore.EncodeHistory(&boltstore.History{Wait: "h", Moment: moment}))
}
