package redisstore_test

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"

	api "xiaozhibo.dev/libs/api/signing"
	"xiaozhibo.dev/libs/api/signing/signingtest"
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
		signingtest.Run(t, func(t *testing.T, settings signingtest.Settings) api.Service {
			ledger := mustOpen(t, open(t, redistest.Prefix(), nil))
			service, err := signing.New(storetest.Config(settings), ledger, settings.Now, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatalf("New: %v", err)
			}
			return service
		})
	})
}

func TestTheLedgerAgreesWithItsModel(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		storetest.Run(t, func(t *testing.T) (signing.Ledger, func() signing.Ledger) {
			prefix := redistest.Prefix()
			reopen := func() signing.Ledger { return mustOpen(t, open(t, prefix, nil)) }
			return reopen(), reopen
		})
	})
}

func TestAListIsReadInChunksThatMayEndWithinASecond(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		ledger := mustOpen(t, open(t, redistest.Prefix(), nil))
		var all, even []signing.Entry
		for i := range 4321 {
			entry := signing.Entry{Kind: signing.KindPush, User: fmt.Sprint(i % 2), Issued: int64(i / 1500), Expires: int64(i)}
			if all = append(all, entry); i%2 == 0 {
				even = append(even, entry)
			}
		}
		if err := ledger.Append(t.Context(), all); err != nil {
			t.Fatalf("Append: %v", err)
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
			want = append(want, signing.Entry{Kind: signing.KindUpload, Issued: 5, Expires: int64(i)})
			if err := ledgers[i%2].Append(t.Context(), want[i:]); err != nil {
				t.Fatalf("Append: %v", err)
			}
			for _, ledger := range ledgers {
				if got, err := ledger.List(t.Context(), signing.Query{}); err != nil || !slices.Equal(got, want) {
					t.Fatalf("the list is %v, %v, want %v", got, err, want)
				}
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
