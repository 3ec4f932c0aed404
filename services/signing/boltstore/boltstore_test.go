package boltstore_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/signatures/signaturestest"
	"xiaozhibo.dev/libs/rpc/rpctest"
	"xiaozhibo.dev/services/signing"
	"xiaozhibo.dev/services/signing/boltstore"
	"xiaozhibo.dev/services/signing/storetest"
)

func TestMain(m *testing.M) { rpctest.Main(m) }

func TestTheServiceKeepsItsContract(t *testing.T) {
	signaturestest.Run(t, func(t *testing.T, settings signaturestest.Settings) signatures.Service {
		return open(t, settings)
	})
}

func TestTheContractHoldsOverTheWire(t *testing.T) {
	signaturestest.Run(t, func(t *testing.T, settings signaturestest.Settings) signatures.Service {
		remote := signatures.Dial(rpctest.Serve(t, signatures.Methods(open(t, settings))...))
		t.Cleanup(remote.Close)
		return remote
	})
}

func open(tb testing.TB, settings signaturestest.Settings) *signing.Service {
	tb.Helper()
	ledger := mustOpen(tb, filepath.Join(tb.TempDir(), "signing.db"))
	tb.Cleanup(func() { mustClose(tb, ledger) })
	service, err := signing.New(storetest.Config(settings), ledger, settings.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		tb.Fatalf("New: %v", err)
	}
	return service
}

func mustOpen(tb testing.TB, path string) *boltstore.Ledger {
	tb.Helper()
	ledger, err := boltstore.Open(path, nil)
	if err != nil {
		tb.Fatalf("Open: %v", err)
	}
	return ledger
}

func mustClose(tb testing.TB, ledger *boltstore.Ledger) {
	tb.Helper()
	if err := ledger.Close(); err != nil {
		tb.Errorf("Close: %v", err)
	}
}

// Keys of an earlier version are the time of issue and a number.
func TestEntriesOfAnEarlierVersionAreReadAndSwept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "signing.db")
	mustClose(t, mustOpen(t, path))
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for i, issued := range []uint64{3599, 3600, 3600} {
			key := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, issued), uint64(i))
			value := fmt.Sprintf(`{"kind":"push","user":"a","issued":%d,"expires":9}`, issued)
			if err := tx.Bucket([]byte("ledger")).Put(key, []byte(value)); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	ledger := mustOpen(t, path)
	defer mustClose(t, ledger)
	old := func(issued int64) signing.Entry {
		return signing.Entry{Kind: signing.KindPush, User: "a", Issued: issued, Expires: 9}
	}
	next := old(3601)
	if err := ledger.Record(t.Context(), []signing.Entry{next}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		sweep int64
		want  []signing.Entry
	}{{3599, []signing.Entry{old(3599), old(3600), old(3600), next}}, {3600, []signing.Entry{old(3600), old(3600), next}}, {7200, nil}} {
		if err := ledger.Sweep(t.Context(), step.sweep); err != nil {
			t.Fatal(err)
		}
		if got, err := ledger.List(t.Context(), signing.Query{}); err != nil || !slices.Equal(got, step.want) {
			t.Errorf("swept to %d, the list is %v, %v, want %v", step.sweep, got, err, step.want)
		}
		if got, err := ledger.List(t.Context(), signing.Query{From: 3600, Limit: 1}); err != nil || len(got) != min(1, len(step.want)) {
			t.Errorf("swept to %d, the first from 3600 on is %v, %v", step.sweep, got, err)
		}
	}
}
