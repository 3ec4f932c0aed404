package boltstore_test

import (
	"log/slog"
	"path/filepath"
	"testing"

	api "xiaozhibo.dev/libs/api/signing"
	"xiaozhibo.dev/libs/api/signing/signingtest"
	"xiaozhibo.dev/libs/rpc/rpctest"
	"xiaozhibo.dev/services/signing"
	"xiaozhibo.dev/services/signing/boltstore"
	"xiaozhibo.dev/services/signing/storetest"
)

func TestMain(m *testing.M) { rpctest.Main(m) }

func TestTheServiceKeepsItsContract(t *testing.T) {
	signingtest.Run(t, func(t *testing.T, settings signingtest.Settings) api.Service {
		return open(t, settings)
	})
}

func TestTheContractHoldsOverTheWire(t *testing.T) {
	signingtest.Run(t, func(t *testing.T, settings signingtest.Settings) api.Service {
		remote := api.Dial(rpctest.Serve(t, api.Methods(open(t, settings))...))
		t.Cleanup(remote.Close)
		return remote
	})
}

func TestTheLedgerAgreesWithItsModel(t *testing.T) {
	storetest.Run(t, func(t *testing.T) (signing.Ledger, func() signing.Ledger) {
		path := filepath.Join(t.TempDir(), "signing.db")
		ledger := mustOpen(t, path)
		t.Cleanup(func() { mustClose(t, ledger) })
		return ledger, func() signing.Ledger {
			mustClose(t, ledger)
			ledger = mustOpen(t, path)
			return ledger
		}
	})
}

func open(tb testing.TB, settings signingtest.Settings) *signing.Service {
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
