package boltstore_test

import (
	"bytes"
	"encoding/binary"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/clocktest"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/folder"
	"xiaozhibo.dev/services/room"
	"xiaozhibo.dev/services/room/boltstore"
)

// Members of format 1, as they were written by its code: the room, its session and the user
// are in the key.
var members1 = map[string]string{
	"\x04hall\x00\x00\x00\x00\x00\x00\x00\x07ann":  `{"n":"Ann","h":"http://h/?a&b","s":1000,"p":2,"l":-3}`,
	"\x04hall\x00\x00\x00\x00\x00\x00\x00\x07bob":  `{"s":2000,"p":0}`,
	"\x04hall\x00\x00\x00\x00\x00\x00\x00\x07cat":  `{"n":"Cat","s":3000,"p":300}`,
	"\x04hall\x00\x00\x00\x00\x00\x00\x00\x07dan":  `{"n":"Dan,"s":3000,"p":4}`,
	"\x04hall\x00\x00\x00\x00\x00\x00\x00\x06old":  `{"s":3000,"p":0}`,
	"\x05hall2\x00\x00\x00\x00\x00\x00\x00\x07eve": `{"h":"E","s":3000,"p":9,"l":2}`,
	"\x09short": `{}`,
}

func TestAFileOfFormat1IsTakenOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "room.db")
	makeFormat1(t, path)
	if err := folder.Prepare(path, boltstore.Migrations, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	if found, want := checkFile(t, path), []string{"members short", "members hall"}; !slices.Equal(found, want) {
		t.Errorf("check tells of %q, want what was damaged before", found)
	}

	var log bytes.Buffer
	clock := &clocktest.Clock{}
	clock.Move(4 * time.Second)
	config := room.Config{MemberTTL: 3 * time.Second, MemberOrder: room.Oldest}
	store, err := boltstore.Open(path, config, clock.Now, nil, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, store)
	if told := log.String(); strings.Count(told, "\n") != 2 || !strings.Contains(told, `room \"hall\""`) || !strings.Contains(told, "none of a member") {
		t.Errorf("the log of the start is\n%s", told)
	}
	hall, hall2 := members.Key{Name: "hall", Session: 7}, members.Key{Name: "hall2", Session: 7}
	mustList(t, store, hall, members.Member{User: "bob"}, members.Member{User: "cat", Nickname: "Cat"}) // Ann's time is over
	mustList(t, store, hall2, members.Member{User: "eve", HeadPic: "E"})
	for _, user := range []string{"dan", "bob"} {
		if _, err := combine.All(store.Enter(t.Context(), []members.Entry{{Room: hall, User: user, Nickname: "again"}})); err != nil {
			t.Fatal(err)
		}
	}
	mustList(t, store, hall, members.Member{User: "bob", Nickname: "again"}, members.Member{User: "cat", Nickname: "Cat"}, members.Member{User: "dan", Nickname: "again"})
}

func TestLevelsAreTakenOverFromFormat1(t *testing.T) {
	path := filepath.Join(t.TempDir(), "room.db")
	makeFormat1(t, path)
	if err := folder.Prepare(path, boltstore.Migrations, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	store := mustOpen(t, path, room.Config{MemberTTL: time.Hour, MemberOrder: room.ByLevel}, (&clocktest.Clock{}).Now)
	defer mustClose(t, store)
	mustList(t, store, members.Key{Name: "hall", Session: 7},
		members.Member{User: "bob"}, members.Member{User: "cat", Nickname: "Cat"}, members.Member{User: "ann", Nickname: "Ann", HeadPic: "http://h/?a&b"})
}

func TestAFileOfFormat1ThatWasNeverUsedIsTakenOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "room.db")
	if err := folder.Prepare(path, nil, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	if err := folder.Prepare(path, boltstore.Migrations, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	if found := checkFile(t, path); found != nil {
		t.Errorf("check tells of %q", found)
	}
}

func makeFormat1(t *testing.T, path string) {
	t.Helper()
	edit(t, path, func(tx *bbolt.Tx) error {
		sessions, err := tx.CreateBucket([]byte("sessions"))
		if err != nil {
			return err
		}
		for _, name := range []string{"hall", "hall2"} {
			if err := sessions.Put([]byte(name), binary.BigEndian.AppendUint64(nil, 7)); err != nil {
				return err
			}
		}
		members, err := tx.CreateBucket([]byte("members"))
		if err != nil {
			return err
		}
		for key, raw := range members1 {
			if err := members.Put([]byte(key), []byte(raw)); err != nil {
				return err
			}
		}
		return nil
	})
}

func edit(t *testing.T, path string, change func(tx *bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(change); err != nil {
		t.Fatal(err)
	}
}

// checkFile returns the bucket of every finding, and the name in its key.
func checkFile(t *testing.T, path string) (found []string) {
	t.Helper()
	edit(t, path, func(tx *bbolt.Tx) error {
		boltstore.Check(tx, func(bucket string, key []byte, _ string) {
			name, _, _ := strings.Cut(string(key[1:]), "\x00")
			found = append(found, bucket+" "+name)
		})
		return nil
	})
	slices.Sort(found)
	slices.Reverse(found)
	return found
}

func mustList(t *testing.T, store room.Store, key members.Key, want ...members.Member) {
	t.Helper()
	page, err := combine.One(store.Pages(t.Context(), []members.Query{{Room: key, Limit: 100}}))
	if err != nil || !slices.Equal(page.Members, want) || page.Total != len(want) {
		t.Errorf("the page is %+v, %v, want %+v", page, err, want)
	}
}
