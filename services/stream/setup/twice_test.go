package setup_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/store/archive"
	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/libs/store/backup/backuptest"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/setup"
)

// Redis may show a user twice while it is read, and the two may differ: the later is right.
func TestAUserWhoIsInABackupTwiceIsListedOnceAsTheLaterRecordSays(t *testing.T) {
	w := &world{t: t, now: time.Unix(1480000000, 0)}
	record := func(user, title string, at int64) stream.Record {
		one := stream.Current{Session: streams.Session{
			User: user, Number: at, StreamID: "8888_" + user, Group: "g", Title: title, Timestamp: at, Online: true,
		}, Opened: at * 1000, FirstOnline: at * 1000, Alive: at * 1000}
		return stream.Record{User: user, Anchor: &stream.Anchor{Current: one, History: stream.History{Latest: at}}}
	}
	now := w.now.Unix()
	path := filepath.Join(t.TempDir(), "archive")
	archived(t, path,
		record("tom", "earlier", now-60), record("ann", "only", now-50),
		stream.Record{User: "tom", StreamID: "7777_tom"}, record(`x"y\`, "odd", now-40),
		record("tom", "later", now-30))
	place := backuptest.Place{Dir: t.TempDir()}
	if err := restored(path, place.Dir); err != nil {
		t.Fatal(err)
	}
	page := w.open(&place).Pages(t.Context(), []streams.Query{{Live: true, Limit: 10}})[0]
	if page.Err != nil {
		t.Fatal(page.Err)
	}
	var titles []string
	for _, session := range page.Value.Sessions {
		titles = append(titles, session.Title)
	}
	if len(titles) != 3 || page.Value.Total != 3 || titles[0] != "later" || titles[1] != "odd" || titles[2] != "only" {
		t.Errorf("%d are listed: %q", page.Value.Total, titles)
	}
}

// So may a session that has ended, if it went on and ended again meanwhile.
func TestASessionWhoseEndIsInABackupTwiceIsListedOnce(t *testing.T) {
	w := &world{t: t, now: time.Unix(1480000000, 0)}
	record := func(session int64, ago time.Duration) stream.Record {
		s := streams.Summary{User: "tom", Session: session, Opened: session, Ended: w.now.Add(-ago).UnixMilli()}
		return stream.Record{User: "tom", Ended: &stream.Ended{Summary: s}}
	}
	path := filepath.Join(t.TempDir(), "archive")
	archived(t, path, record(1, time.Minute), record(2, time.Second), record(1, 30*time.Second))
	place := backuptest.Place{Dir: t.TempDir()}
	if err := restored(path, place.Dir); err != nil {
		t.Fatal(err)
	}
	service := w.open(&place)
	for _, user := range []string{"", "tom"} {
		page, err := service.Summaries(t.Context(), streams.SummaryQuery{User: user, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		want := []streams.Summary{record(2, time.Second).Ended.Summary, record(1, 30*time.Second).Ended.Summary}
		if !slices.Equal(page.Summaries, want) {
			t.Errorf("of user %q these are listed: %+v, want %+v", user, page.Summaries, want)
		}
	}
}

func TestWhatIsTheSameUserIsReadOutOfARecord(t *testing.T) {
	for record, want := range map[string]string{
		`{"user":"tom","anchor":{}}`:                  "tom",
		`{"user":"a\"b\\","recordings":[]}`:           `a\"b\\`,
		`{"user":"tom","stream_id":"8888_tom"}`:       "",
		`{"user":"tom","ended":{"user":"tom"}}`:       "",
		`{"user":"tom","ban":{"user":"tom"}}`:         "",
		`{"user":"","bookmark":{"name":"webhooks"}}`:  "",
		`{"user":"tom","change":{"number":1}}`:        "",
		`{"user":"tom`:                                "",
		`{"number":1}`:                                "",
		`{"user":"x\",\"stream_id\":","anchor":null}`: `x\",\"stream_id\":`,
	} {
		if got := string(stream.Same([]byte(record))); got != want {
			t.Errorf("%s is of %q, want %q", record, got, want)
		}
	}
}

// archived writes a file of records as a backup of Redis does.
func archived(t *testing.T, path string, records ...stream.Record) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	taking := backup.Taking{Services: []backup.Service{setup.Kept(&config)}}
	_, err = taking.Write(t.Context(), file, func(_ backup.Service, out backup.Out) error {
		for _, r := range records {
			if err := out.Put(r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func restored(path, dir string) error {
	file, err := archive.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	restoring, err := backup.NewRestoring(file, []backup.Service{setup.Kept(&config)})
	if err != nil {
		return err
	}
	restoring.PartRecords = 1
	return restoring.IntoFolder(context.Background(), dir)
}
