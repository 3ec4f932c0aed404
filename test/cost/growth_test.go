package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/telemetry"
	"xiaozhibo.dev/services/room"
	roomstore "xiaozhibo.dev/services/room/boltstore"
	"xiaozhibo.dev/services/stream"
	streamstore "xiaozhibo.dev/services/stream/boltstore"
)

func TestAFolderHoldsWhatItIsFilledWith(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "bbolt")
	f := filling{rooms: 1000, members: 1500, recordings: 2500}
	if err := f.fill(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	var streamConfig stream.Config
	var roomConfig room.Config
	defaults(&streamConfig)
	defaults(&roomConfig)
	discard := telemetry.Discard()
	sessions, err := streamstore.Open(filepath.Join(dir, "stream.db"), streamConfig, time.Now, discard.Meter, discard.Log)
	if err != nil {
		t.Fatal(err)
	}
	defer sessions.Close()
	page := sessions.Pages(t.Context(), []streams.Query{{Live: true, Limit: 1}, {Recorded: true, Limit: 1}})
	if page[0].Value.Total != 1000 || page[1].Value.Total != 2500 {
		t.Errorf("%d rooms and %d recordings: %v, %v", page[0].Value.Total, page[1].Value.Total, page[0].Err, page[1].Err)
	}
	wantRecordings(t, sessions, f.recordings)
	rooms, err := roomstore.Open(filepath.Join(dir, "room.db"), roomConfig, time.Now, discard.Meter, discard.Log)
	if err != nil {
		t.Fatal(err)
	}
	defer rooms.Close()
	first := sessions.Sessions(t.Context(), []string{"anchor0"})[0]
	if first.Value == nil {
		t.Fatal(first.Err)
	}
	if got := rooms.Sizes(t.Context(), []members.Key{action.SessionOf(first.Value)})[0]; got.Value != 1500 {
		t.Errorf("%d members, %v", got.Value, got.Err)
	}
}

// wantRecordings looks at every recording, in the list and by its file: whichever is written first, each is what its
// number says.
func wantRecordings(t *testing.T, sessions *streamstore.Store, n int) {
	t.Helper()
	rows := sessions.Pages(t.Context(), []streams.Query{{Recorded: true, Limit: n}})[0].Value.Recordings
	if len(rows) != n || rows[0].FileID != fileID(0) {
		t.Fatalf("%d of %d recordings are listed, the newest is %+v", len(rows), n, rows[:1])
	}
	listed := map[string]streams.Recording{}
	for _, row := range rows {
		listed[row.FileID] = row
	}
	keys := make([]streams.FileKey, n)
	for i := range keys {
		keys[i] = streams.FileKey{User: fmt.Sprintf("anchor%d", i%recorders), FileID: fileID(i)}
	}
	for i, found := range sessions.Recordings(t.Context(), keys) {
		row, end := listed[keys[i].FileID], rows[0].End-int64(i/recorders)*300-int64(i%recorders)%300
		if row.User != keys[i].User || row.End != end || row.Start != end-120 || !strings.Contains(row.MP4, fileID(i)) {
			t.Fatalf("recording %d is listed as %+v", i, row)
		}
		if found.Err != nil || *found.Value != row {
			t.Fatalf("recording %d is found as %+v, %v, and listed as %+v", i, found.Value, found.Err, row)
		}
	}
}

func TestEveryActionGrows(t *testing.T) {
	wanted := map[string]bool{}
	for _, s := range scenarios() {
		for _, body := range s.bodies {
			wanted[actionOf(t, body)] = true
		}
	}
	wanted["ChangeStatus"] = true
	names := map[string]bool{}
	for _, s := range (filling{rooms: 3000, members: 2000, recordings: 1000}).scenarios() {
		if names[s.name] || s.shows == "" || len(s.bodies) == 0 {
			t.Errorf("the row %q is not whole, or there twice", s.name)
		}
		names[s.name] = true
		for _, body := range s.bodies {
			delete(wanted, actionOf(t, body))
		}
	}
	if len(wanted) > 0 {
		t.Errorf("no row has %v", wanted)
	}
}

func actionOf(t *testing.T, body string) string {
	t.Helper()
	var request struct{ Action string }
	if err := json.Unmarshal([]byte(body), &request); err != nil || request.Action == "" {
		t.Fatalf("%s: %v", body, err)
	}
	return request.Action
}

func TestAGrowthTableHasAColumnForEachSize(t *testing.T) {
	at := grown{names: []string{"FetchList", "GetCOSSign"}, prices: []float64{40, 20.25}, stored: 3 << 20, start: 1500 * time.Millisecond, rest: 0.015}
	at.memory.Resident, at.memory.Anonymous = 20<<20, 10<<20
	var out bytes.Buffer
	if err := growthTable(&out, "rooms", []int{1000, 10_000}, []grown{at, at}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| µs of a request; rooms: | 1000 | 10000 |\n|---|---|---|\n", "| FetchList | 40.0 | 40.0 |\n", "| GetCOSSign | 20.2 | 20.2 |\n",
		"| 20 (10) | 20 (10) |\n", "| 1.5 | 1.5 |\n", "| files, MiB | 3.0 | 3.0 |\n", "| start, s | 1.5 | 1.5 |\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, &out)
		}
	}
}

func TestSizesAreThousands(t *testing.T) {
	for _, bad := range []string{"", "x", "1500", "0", "1000,", "3000000"} {
		if sizes, err := parseSizes(bad); err == nil {
			t.Errorf("%q is taken as %v", bad, sizes)
		}
	}
	if _, err := parse([]string{"-growth", "("}, io.Discard); err == nil {
		t.Error("( is taken")
	}
}
