package setup_test

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"xiaozhibo.dev/libs/store/backup/backuptest"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/services/signing"
	"xiaozhibo.dev/services/signing/boltstore"
	"xiaozhibo.dev/services/signing/redisstore"
	"xiaozhibo.dev/services/signing/setup"
)

func TestARestoredLedgerListsAndRecordsAsTheOneBefore(t *testing.T) {
	now := time.Now().Unix()
	entry := func(user string, ago int64) signing.Entry {
		return signing.Entry{Kind: signing.KindPush, User: user, StreamID: "8888_" + user, Issued: now - ago, Expires: now - ago + 86400}
	}
	for _, from := range []string{"bbolt", "redis"} {
		for _, to := range []string{"bbolt", "redis"} {
			t.Run(from+" to "+to, func(t *testing.T) {
				redis := miniredis.RunT(t).Addr()
				open := func(kind string) (ledger func() signing.Ledger, place *backuptest.Place) {
					if kind == "redis" {
						place = &backuptest.Place{DB: redistest.Connect(t, redisdb.Config{Addrs: []string{redis}, Prefix: redistest.Prefix()}, nil)}
						return func() signing.Ledger {
							l := redisstore.New(place.DB)
							t.Cleanup(func() { l.Close() })
							return l
						}, place
					}
					place = &backuptest.Place{Dir: t.TempDir()}
					return func() signing.Ledger {
						l, err := boltstore.Open(filepath.Join(place.Dir, "signing.db"), nil)
						if err != nil {
							t.Fatal(err)
						}
						place.File = l
						t.Cleanup(func() { l.Close() })
						return l
					}, place
				}
				openOne, before := open(from)
				openOther, after := open(to)
				one := openOne()
				record(t, one, entry("tom", 86400), entry("a\x00b", 7200), entry("tom", 1), entry("汤", 0),
					signing.Entry{Kind: signing.KindUpload, Issued: now - 2, Expires: now + 600})
				backuptest.Move(t, setup.Kept(), *before, *after)
				other := openOther()
				sameLedger(t, one, other)
				for _, l := range []signing.Ledger{one, other} { // there is one of the hour already
					record(t, l, entry("tom", 0), entry("new", 0))
				}
				sameLedger(t, one, other)
			})
		}
	}
}

func record(t *testing.T, l signing.Ledger, entries ...signing.Entry) {
	t.Helper()
	if err := l.Record(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
}

func sameLedger(t *testing.T, one, other signing.Ledger) {
	t.Helper()
	var lists [2][]signing.Entry
	for i, l := range []signing.Ledger{one, other} {
		entries, err := l.List(t.Context(), signing.Query{})
		if err != nil {
			t.Fatal(err)
		}
		slices.SortStableFunc(entries, func(a, b signing.Entry) int { return strings.Compare(a.User, b.User) })
		lists[i] = entries
	}
	if len(lists[0]) == 0 || !reflect.DeepEqual(lists[0], lists[1]) {
		t.Errorf("the restored ledger lists %v, the one before %v", lists[1], lists[0])
	}
}
