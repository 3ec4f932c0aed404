package boltstore_test

import (
	"fmt"
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
			{"anchors", "tom", `{"wait":"h","moment":1}`},
			{"anchors", "lost", `{"wait":"h","moment":2}`},
			{"anchors", "ghost", `{"wait":"h","moment":1}`},
			{"waits", "h\x00\x00\x00\x00\x00\x00\x00\x01tom", "12345678"},
			{"waits", "h\x00\x00\x00\x00\x00\x00\x00\x01bob", "12345678"},
			{"waits", "h", "12345678"},
			{"past", "any", `{}`},
			{"past", "bad", `{`},
			{"ends", "short", "1"},
			{"anchors", "ann", `{"wait":`},
			{"streams", "8888_tom", "tom"},
			{"streams", "8888_bob", "bob"},
			{"recordings", "one", `{}`},
			{"recordings", "two", `[]`},
			{"files", "first", "one"},
			{"files", "third", "three"},
		} {
			bucket, err := tx.CreateBucketIfNotExists([]byte(record[0]))
			if err != nil {
				return err
			}
			if err := bucket.Put([]byte(record[1]), []byte(record[2])); err != nil {
				return err
			}
		}
		var found []string
		boltstore.Check(tx, func(bucket string, key []byte, _ string) { found = append(found, fmt.Sprintf("%s %s", bucket, key)) })
		if want := []string{
			"rooms eve", "rooms nobody", "anchors ann", "anchors ghost", "anchors lost",
			"waits h", "waits h\x00\x00\x00\x00\x00\x00\x00\x01bob", "past bad", "ends short",
			"streams 8888_bob", "recordings two", "files third",
		}; !slices.Equal(found, want) {
			t.Errorf("found %q, want %q", found, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
