package boltstore_test

import (
	"fmt"
	"slices"
	"testing"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/services/stream/boltstore"
)

func TestCheckNamesWhatCannotBeReadAndWhatLeadsNowhere(t *testing.T) {
	db, err := bbolt.Open(t.TempDir()+"/stream.db", 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, record := range [][3]string{
			{"anchors", "tom", `{"room":{"user":"tom"},"wait":"h","moment":1}`},
			{"anchors", "lost", `{"room":{"user":"lost"},"wait":"h","moment":1}`},
			{"waits", "h\x00\x00\x00\x00\x00\x00\x00\x01tom", "12345678"},
			{"waits", "h\x00\x00\x00\x00\x00\x00\x00\x01bob", "12345678"},
			{"waits", "h", "12345678"},
			{"texts", "tom", `{}`},
			{"texts", "ann", `{`},
			{"past", "any", `{}`},
			{"ends", "short", "1"},
			{"anchors", "ann", `{"room":`},
			{"anchors", "eve", `{"room":{"user":"tom"}}`},
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
			"anchors ann", "anchors eve", "anchors lost", "waits h", "waits h\x00\x00\x00\x00\x00\x00\x00\x01bob", "texts ann",
			"ends short", "streams 8888_bob", "recordings two", "files third",
		}; !slices.Equal(found, want) {
			t.Errorf("found %q, want %q", found, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
