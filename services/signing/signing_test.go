package signing_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/clocktest"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/rpc/rpctest"
	"xiaozhibo.dev/services/signing"
	"xiaozhibo.dev/services/signing/boltstore"
)

func TestMain(m *testing.M) { rpctest.Main(m) }

func TestWhatIsIssuedIsWrittenDown(t *testing.T) {
	ledger, _ := openLedger(t)
	clock := &clocktest.Clock{}
	clock.Move(1_480_000_000 * time.Second)
	service := newService(t, configured(), ledger, clock.Now)

	push, upload := issue(t, service)
	want := []signing.Entry{
		{Kind: signing.KindPush, User: "Tom", StreamID: "8888__54om", Issued: 1480000000, Expires: 1480086400},
		{Kind: signing.KindUpload, Issued: 1480000000, Expires: 1480000600},
	}
	wantLedger(t, ledger, want...)
	if push.Expires != want[0].Expires || upload.Expires != want[1].Expires {
		t.Errorf("issued until %d and %d", push.Expires, upload.Expires)
	}

	unsigned := newService(t, defaults(), ledger, clock.Now)
	if _, err := unsigned.Push(t.Context(), "Tom"); apierr.CodeOf(err) != apierr.NotConfigured {
		t.Errorf("Push without a bizid: %v", err)
	}
	wantLedger(t, ledger, want...)
}

func TestTheStartSaysWhetherEventsAreVerified(t *testing.T) {
	for name, test := range map[string]struct {
		configure func(*signing.Config)
		want      string // "" is no line
	}{
		"a key":              {func(c *signing.Config) { c.CallbackKey.Value = "k" }, ""},
		"no key":             {func(*signing.Config) {}, "every event at /callback is refused"},
		"unsigned":           {func(c *signing.Config) { c.CallbackUnsigned = true }, "every event at /callback is believed"},
		"a key all the same": {func(c *signing.Config) { c.CallbackUnsigned, c.CallbackKey.Value = true, "k" }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			ledger, _ := openLedger(t)
			config, logged := defaults(), strings.Builder{}
			test.configure(&config)
			if _, err := signing.New(config, ledger, time.Now, slog.New(slog.NewTextHandler(&logged, nil))); err != nil {
				t.Fatal(err)
			}
			if test.want == "" && logged.String() != "" || strings.Count(logged.String(), "\n") > 1 || !strings.Contains(logged.String(), test.want) {
				t.Errorf("logged %s", logged.String())
			}
		})
	}
}

func TestTheLedgerHoldsNoSecret(t *testing.T) {
	ledger, path := openLedger(t)
	service := newService(t, configured(), ledger, time.Now)
	push, upload := issue(t, service)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(raw), push.StreamID) {
		t.Fatal("the file does not hold the stream id: it is not what was looked for")
	}
	_, signature, _ := strings.Cut(push.URL, "txSecret=")
	for _, secret := range []string{
		"txSecret", signature[:32], "rtmp://", upload.Sign, "hushpush", "hushplay", "hushcos", "AKIDEXAMPLE", "hushcallback",
	} {
		if strings.Contains(string(raw), secret) {
			t.Errorf("the file holds %q", secret)
		}
	}
}

// broken is a ledger that cannot be written.
type broken struct{ signing.Ledger }

func (broken) Record(context.Context, []signing.Entry) error {
	return apierr.Wrap(apierr.Storage, errors.New("disk full"), "storage failed")
}

func TestWhatCannotBeWrittenDownIsNotIssued(t *testing.T) {
	service := newService(t, configured(), broken{}, time.Now)
	push, err := service.Push(t.Context(), "tom")
	if apierr.CodeOf(err) != apierr.Storage || push != (signatures.PushURL{}) {
		t.Errorf("Push returned %+v and %v", push, err)
	}
	upload, err := service.Upload(t.Context())
	if apierr.CodeOf(err) != apierr.Storage || upload != (signatures.UploadSign{}) {
		t.Errorf("Upload returned %+v and %v", upload, err)
	}
}

func TestConcurrentIssuesAreAllWrittenDown(t *testing.T) {
	ledger, _ := openLedger(t)
	service := newService(t, configured(), ledger, time.Now)
	var group sync.WaitGroup
	for i := range 100 {
		group.Go(func() {
			if _, err := service.Push(t.Context(), fmt.Sprint(i)); err != nil {
				t.Errorf("Push: %v", err)
			}
		})
	}
	group.Wait()
	entries, err := ledger.List(t.Context(), signing.Query{})
	if err != nil || len(entries) != 100 {
		t.Errorf("the ledger has %d entries (%v), want 100", len(entries), err)
	}
}

func TestTheLedgerKeepsEntriesForItsRetention(t *testing.T) {
	ledger, _ := openLedger(t)
	clock := &clocktest.Clock{}
	clock.Move(1_480_000_000 * time.Second) // 15:06:40
	config := configured()
	config.LedgerRetention = 2 * time.Hour
	service := newService(t, config, ledger, clock.Now)
	issue(t, service)
	for _, step := range []struct {
		move time.Duration
		want int
	}{{0, 2}, {2 * time.Hour, 2}, {53 * time.Minute, 2}, {time.Minute, 0}} {
		clock.Move(step.move)
		if err := service.Sweep(t.Context()); err != nil {
			t.Fatalf("Sweep: %v", err)
		}
		if entries, err := ledger.List(t.Context(), signing.Query{}); err != nil || len(entries) != step.want {
			t.Errorf("after %s the ledger has %d entries (%v), want %d", step.move, len(entries), err, step.want)
		}
	}
}

// counting counts what is recorded.
type counting struct {
	signing.Ledger
	entries int
}

func (c *counting) Record(ctx context.Context, entries []signing.Entry) error {
	c.entries += len(entries)
	return c.Ledger.Record(ctx, entries)
}

func TestWhatIsIssuedAgainWithinAnHourCostsNoWrite(t *testing.T) {
	kept, _ := openLedger(t)
	ledger := &counting{Ledger: kept}
	clock := &clocktest.Clock{}
	clock.Move(1_480_000_000 * time.Second)
	service := newService(t, configured(), ledger, clock.Now)
	for _, step := range []struct {
		move time.Duration
		want int // entries so far
	}{{0, 2}, {53 * time.Minute, 2}, {time.Minute, 4}, {-time.Minute, 6}, {time.Minute, 8}} {
		clock.Move(step.move)
		for range 3 {
			issue(t, service)
		}
		if ledger.entries != step.want {
			t.Errorf("after %s %d were recorded, want %d", step.move, ledger.entries, step.want)
		}
	}
	if entries, err := kept.List(t.Context(), signing.Query{}); err != nil || len(entries) != 4 {
		t.Errorf("the ledger has %d entries (%v), want one for each kind and hour, 4", len(entries), err)
	}
	restarted := newService(t, configured(), kept, clock.Now)
	issue(t, restarted)
	if entries, err := kept.List(t.Context(), signing.Query{}); err != nil || len(entries) != 4 {
		t.Errorf("after a restart the ledger has %d entries (%v)", len(entries), err)
	}
}

func TestWhatIsKnownToBeRecordedIsBounded(t *testing.T) {
	ledger := &counting{Ledger: discarding{}}
	service := newService(t, configured(), ledger, (&clocktest.Clock{}).Now)
	const users = 70_000 // more than are known
	for i := range users {
		if _, err := service.Push(t.Context(), fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	for _, again := range []struct {
		user string
		want int
	}{{fmt.Sprint(users - 1), users}, {"0", users + 1}} {
		if _, err := service.Push(t.Context(), again.user); err != nil || ledger.entries != again.want {
			t.Errorf("user %s again: %d recorded, want %d (%v)", again.user, ledger.entries, again.want, err)
		}
	}
}

// discarding keeps nothing.
type discarding struct{ signing.Ledger }

func (discarding) Record(context.Context, []signing.Entry) error { return nil }

func TestARotatedSecretIDMustBeWellFormed(t *testing.T) {
	ledger, _ := openLedger(t)
	clock := &clocktest.Clock{}
	config := configured()
	config.COSSecretID.File = filepath.Join(t.TempDir(), "id")
	write := func(id string) {
		if err := os.WriteFile(config.COSSecretID.File, []byte(id), 0o600); err != nil {
			t.Fatal(err)
		}
		clock.Move(time.Second)
	}
	write("AKIDFIRST")
	service := newService(t, config, ledger, clock.Now)
	write("AKID&b=another")
	_, err := service.Upload(t.Context())
	if apierr.CodeOf(err) != apierr.NotConfigured || strings.Contains(err.Error(), "another") {
		t.Errorf("Upload: %v", err)
	}
	write("AKIDSECOND")
	if _, err := service.Upload(t.Context()); err != nil {
		t.Errorf("Upload: %v", err)
	}
}

func BenchmarkPlayTwentyStreams(b *testing.B) {
	service := newService(b, configured(), nil, time.Now)
	streamIDs := make([]string, 20)
	for i := range streamIDs {
		streamIDs[i] = signing.StreamID("8888", fmt.Sprintf("user_%d", i))
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := combine.All(service.Play(b.Context(), streamIDs)); err != nil {
			b.Fatal(err)
		}
	}
}

func defaults() (config signing.Config) {
	config.RegisterFlags(flag.NewFlagSet("", flag.ContinueOnError))
	return config
}

func configured() signing.Config {
	config := defaults()
	config.BizID = "8888"
	config.PushKey.Value, config.PlayKey.Value, config.CallbackKey.Value = "hushpush", "hushplay", "hushcallback"
	config.COSAppID, config.COSBucket = "1250000000", "demo"
	config.COSSecretID.Value, config.COSSecretKey.Value = "AKIDEXAMPLE", "hushcos"
	return config
}

func newService(tb testing.TB, config signing.Config, ledger signing.Ledger, now func() time.Time) *signing.Service {
	tb.Helper()
	service, err := signing.New(config, ledger, now, slog.New(slog.DiscardHandler))
	if err != nil {
		tb.Fatalf("New: %v", err)
	}
	return service
}

func openLedger(tb testing.TB) (ledger *boltstore.Ledger, path string) {
	tb.Helper()
	path = filepath.Join(tb.TempDir(), "signing.db")
	ledger, err := boltstore.Open(path, nil)
	if err != nil {
		tb.Fatalf("Open: %v", err)
	}
	tb.Cleanup(func() {
		if err := ledger.Close(); err != nil {
			tb.Errorf("Close: %v", err)
		}
	})
	return ledger, path
}

func issue(t *testing.T, service *signing.Service) (signatures.PushURL, signatures.UploadSign) {
	t.Helper()
	push, err := service.Push(t.Context(), "Tom")
	if err != nil {
		t.Fatalf("Push: %v", err)
	}
	upload, err := service.Upload(t.Context())
	if err != nil {
		t.Fatalf("Upload: %v", err)
	}
	return push, upload
}

func wantLedger(t *testing.T, ledger signing.Ledger, want ...signing.Entry) {
	t.Helper()
	got, err := ledger.List(t.Context(), signing.Query{})
	if err != nil {
		t.Fatalf("List: %v", err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the ledger holds\n%+v\nwant\n%+v", got, want)
	}
}
