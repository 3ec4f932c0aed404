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
	room := string(boltstore.EncodeCurrent(&stream.Current{}))
	summary := string(boltstore.EncodeEnded(&stream.Ended{}))
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, record := range [][3]string{
			{"users", "tom", boltstore.Value(room, hidden(1), boltstore.Endings(8, 9, 7, 9))},
			{"users", "ann", boltstore.Value(room, hidden(1)[1:], "")},
			{"users", "eve", boltstore.Value(room[1:], hidden(1), "")},
			{"users", "gone", boltstore.Value("", "", boltstore.Endings(7, 9))},
			{"users", "lost", boltstore.Value(room, hidden(2), boltstore.Endings(7, 9))},
			{"users", "nobody", boltstore.Value(room, "", "")},
			{"users", "ghost", boltstore.Value("", hidden(1), "")},
			{"users", "cut", boltstore.Value(room, hidden(1), "")[:50]},
			{"users", "bob", boltstore.Value("", "", boltstore.Endings(7, 9)[1:])},
			{"waits", "h\x00\x00\x00\x00\x00\x00\x00\x01tom", "12345678"},
			{"waits", "h\x00\x00\x00\x00\x00\x00\x00\x01bob", "12345678"},
			{"waits", "h", "12345678"},
			{"past", "any", `{}`},
			{"past", "bad", `{`},
			{"ends", "short", "1"},
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
			{"ended", ended(9) + key("tom", 7), summary},
			{"ended", ended(9) + key("gone", 7), summary},
			{"ended", ended(9) + key("tom", 8), summary[1:]},
			{"ended", ended(9) + key("ann", 7), summary},
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
			"users ann", "users bob", "users cut", "users eve", "users ghost", "users lost", "users lost", "users nobody",
			"waits h", "waits h\x00\x00\x00\x00\x00\x00\x00\x01bob", "past bad", "ends short",
			"streams 8888_bob", "recordings two",
			"files \x03tomf3", "files \x03tomf4", "files \x09short", "fileusers \x02f5tom",
			"ended short", "ended " + ended(9) + key("ann", 7), "ended " + ended(9) + key("tom", 8),
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

// hidden is the history of an anchor who has waited to be online since a moment.
func hidden(moment int64) string {
	return string(boltstore.EncodeHistory(&boltstore.History{Wait: "h", Moment: moment}))
}
