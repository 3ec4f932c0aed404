package boltstore_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/services/counter/boltstore"
)

func TestCheckNamesEveryCounterThatCannotBeRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "counter.db")
	store, err := boltstore.Open(path, time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	like := counters.Addition{Key: counters.Key{Name: "tom", Session: 1}, Delta: 1, Sender: "gateway", Number: 1}
	if _, err := combine.One(store.Add(t.Context(), []counters.Addition{like})); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Update(func(tx *bbolt.Tx) error {
		if got := findings(tx); len(got) > 0 {
			t.Errorf("a whole file: %q", got)
		}
		counters := tx.Bucket([]byte("counters"))
		whole := slices.Clone(counters.Get([]byte("tom")))
		for name, raw := range map[string][]byte{"short": whole[:15], "cut": whole[:len(whole)-1]} {
			if err := counters.Put([]byte(name), raw); err != nil {
				return err
			}
		}
		want := []string{`counters "cut" damaged: 39 bytes`, `counters "short" damaged: 15 bytes`}
		if got := findings(tx); !slices.Equal(got, want) {
			t.Errorf("found %q, want %q", got, want)
		}
		return tx.DeleteBucket([]byte("counters"))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func findings(tx *bbolt.Tx) (found []string) {
	boltstore.Check(tx, func(bucket string, key []byte, problem string) {
		found = append(found, fmt.Sprintf("%s %q %s", bucket, key, problem))
	})
	return found
}
