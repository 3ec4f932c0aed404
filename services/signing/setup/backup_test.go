package setup_test

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/libs/store/backup/backuptest"
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
	backuptest.EachWay(t, nil, func(t *testing.T, from, to func() backuptest.Place) {
		open := func(place *backuptest.Place) signing.Ledger {
			if place.DB != nil {
				l := redisstore.New(place.DB)
				t.Cleanup(func() { l.Close() })
				return l
			}
			l, err := boltstore.Open(filepath.Join(place.Dir, "signing.db"), nil)
			if err != nil {
				t.Fatal(err)
			}
			place.File = l
			t.Cleanup(func() { l.Close() })
			return l
		}
		before, after := from(), to()
		one := open(&before)
		record(t, one, entry("tom", 86400), entry("a\x00b", 7200), entry("tom", 1), entry("汤", 0),
			signing.Entry{Kind: signing.KindUpload, Issued: now - 2, Expires: now + 600})
		backuptest.Move(t, setup.Kept(), before, after)
		other := open(&after)
		sameLedger(t, one, other)
		for _, l := range []signing.Ledger{one, other} { // there is one of the hour already
			record(t, l, entry("tom", 0), entry("new", 0))
		}
		sameLedger(t, one, other)
	})
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
