package redisstore_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"testing"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/signatures/signaturestest"
	"xiaozhibo.dev/libs/rpc/rpctest"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/services/signing"
	"xiaozhibo.dev/services/signing/redisstore"
	"xiaozhibo.dev/services/signing/storetest"
)

func TestMain(m *testing.M) { rpctest.Main(m) }

func TestTheServiceKeepsItsContract(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		signaturestest.Run(t, func(t *testing.T, settings signaturestest.Settings) signatures.Service {
			ledger := mustOpen(t, open(t, redistest.Prefix(), nil))
			service, err := signing.New(storetest.Config(settings), ledger, settings.Now, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatalf("New: %v", err)
			}
			return service
		})
	})
}

func TestAListIsReadInChunksThatMayEndWithinASecond(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		db := open(t, redistest.Prefix(), nil)
		ledger := mustOpen(t, db)
		var all, even []signing.Entry
		var members []redis.Z
		for i := range 4321 {
			entry := signing.Entry{Kind: signing.KindPush, User: fmt.Sprint(i % 2), Issued: int64(i / 1500), Expires: int64(i)}
			if all = append(all, entry); i%2 == 0 {
				even = append(even, entry)
			}
			raw, err := json.Marshal(entry)
			if err != nil {
				t.Fatal(err)
			}
			members = append(members, redis.Z{Score: float64(entry.Issued), Member: fmt.Sprintf("%016d%s", i, raw)})
		}
		if err := db.Client().ZAdd(t.Context(), db.Key("ledger", "issued", ""), members...).Err(); err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			query signing.Query
			want  []signing.Entry
		}{
			{signing.Query{}, all},
			{signing.Query{From: 1, Until: 2}, all[1500:3000]},
			{signing.Query{User: "0"}, even},
			{signing.Query{User: "0", Limit: 2000}, even[:2000]},
		} {
			got, err := ledger.List(t.Context(), test.query)
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("the list for %+v has %d entries, %v, want the %d that were added", test.query, len(got), err, len(test.want))
			}
		}
	})
}

func TestTwoProcessesShareALedger(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		prefix := redistest.Prefix()
		ledgers := []*redisstore.Ledger{mustOpen(t, open(t, prefix, nil)), mustOpen(t, open(t, prefix, nil))}
		var want []signing.Entry
		for i := range 20 {
			entry := signing.Entry{Kind: signing.KindPush, User: fmt.Sprintf("%02d", i/2), Issued: 5, Expires: int64(i)}
			if i%2 == 0 { // the other one has it already
				want = append(want, entry)
			}
			if err := ledgers[i%2].Record(t.Context(), []signing.Entry{entry}); err != nil {
				t.Fatalf("Record: %v", err)
			}
			for _, ledger := range ledgers {
				if got, err := ledger.List(t.Context(), signing.Query{}); err != nil || !slices.Equal(got, want) {
					t.Fatalf("the list is %v, %v, want %v", got, err, want)
				}
			}
		}
	})
}

// Members of an earlier version begin with a number in the place of the hour.
func TestEntriesOfAnEarlierVersionAreReadAndSwept(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		db := open(t, redistest.Prefix(), nil)
		ledger := mustOpen(t, db)
		earlier := redis.Z{Score: 3599, Member: `0000000000000007{"kind":"push","user":"a","stream_id":"8888_a","issued":3599,"expires":9999}`}
		if err := db.Client().ZAdd(t.Context(), db.Key("ledger", "issued", ""), earlier).Err(); err != nil {
			t.Fatal(err)
		}
		old := signing.Entry{Kind: signing.KindPush, User: "a", StreamID: "8888_a", Issued: 3599, Expires: 9999}
		next := signing.Entry{Kind: signing.KindPush, User: "a", StreamID: "8888_a", Issued: 3600, Expires: 9999}
		if err := ledger.Record(t.Context(), []signing.Entry{next}); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			sweep int64
			want  []signing.Entry
		}{{3599, []signing.Entry{old, next}}, {3600, []signing.Entry{next}}} {
			if err := ledger.Sweep(t.Context(), step.sweep); err != nil {
				t.Fatal(err)
			}
			if got, err := ledger.List(t.Context(), signing.Query{}); err != nil || !slices.Equal(got, step.want) {
				t.Errorf("swept to %d, the list is %v, %v, want %v", step.sweep, got, err, step.want)
			}
		}
	})
}

// mustOpen returns the ledger in db until the test ends.
func mustOpen(tb testing.TB, db *redisdb.DB) *redisstore.Ledger {
	tb.Helper()
	ledger := redisstore.New(db)
	tb.Cleanup(func() {
		if err := ledger.Close(); err != nil {
			tb.Errorf("Close: %v", err)
		}
	})
	return ledger
}
