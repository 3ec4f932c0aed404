package setup_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xiaozhibo.dev/services/media/events"
	"xiaozhibo.dev/services/media/flv"
	"xiaozhibo.dev/services/media/mediatest"
)

func TestARecordingIsToldOfAndReadInRanges(t *testing.T) {
	g := newGateway(t)
	s := start(t, g, t.TempDir(), "-media-record")
	encoder := mediatest.Start(t, s.pushURL("8888_tom"))
	for range 3 {
		if err := encoder.Second(1000); err != nil {
			t.Fatal(err)
		}
	}
	encoder.Close()
	heard := g.wait(t, 3)
	recorded := heard[2]
	url, is := strings.CutPrefix(recorded.VideoURL, "http://play.example.com")
	if recorded.Type != events.Recorded || recorded.StreamID != "8888_tom" || recorded.FileFormat != "mp4" || !is ||
		url != "/recordings/"+recorded.FileID+".mp4" || recorded.StartTime == 0 || recorded.EndTime < recorded.StartTime {
		t.Fatalf("heard %+v", recorded)
	}
	status, all := ask(t, http.MethodGet, "http://"+s.http+url, "")
	if status != http.StatusOK || int64(len(all)) != recorded.FileSize || all[4:8] != "ftyp" || !strings.Contains(all[:200], "moov") {
		t.Fatalf("the recording: %d, %d bytes of %d", status, len(all), recorded.FileSize)
	}
	if status, part := ask(t, http.MethodGet, "http://"+s.http+url, "", "Range", "bytes=100-199"); status != http.StatusPartialContent || part != all[100:200] {
		t.Errorf("a range: %d, %d bytes", status, len(part))
	}
	for _, path := range []string{"/recordings/..%2fforbidden.json", "/recordings/1-1.flv", "/recordings/9-9.mp4"} {
		if status, _ := ask(t, http.MethodGet, "http://"+s.http+path, ""); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status, text := s.operate(http.MethodDelete, "/recordings/"+recorded.FileID, ""); status != http.StatusOK || !strings.Contains(text, "true") {
		t.Errorf("delete: %d %s", status, text)
	}
	if status, _ := ask(t, http.MethodGet, "http://"+s.http+url, ""); status != http.StatusNotFound {
		t.Errorf("a deleted recording: %d", status)
	}
}

// What a process leaves that was killed in the middle of a frame.
func TestAfterAKillTheRecordingIsFinishedAndThePushEnded(t *testing.T) {
	dir := t.TempDir()
	for _, folder := range []string{"recordings", "online", "events"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	config := append([]byte{1, 0x42, 0xc0, 0x28, 0xff, 0xe1, 0, byte(len(mediatest.SPS))}, mediatest.SPS...)
	config = append(append(config, 1, 0, byte(len(mediatest.PPS))), mediatest.PPS...)
	file := append(flv.Header(false, true), flv.VideoTag(flv.H264, true, true, 0, 0, config).Bytes()...)
	for i := range 10 {
		file = append(file, flv.VideoTag(flv.H264, false, i == 0, uint32(40*i), 0, []byte{0, 0, 0, 2, 0x65, byte(i)}).Bytes()...)
	}
	write("recordings/1480000000000000000-1.flv", file[:len(file)-3])
	write("recordings/1480000000000000000-1.json", []byte(`{"stream":"8888_tom","sequence":"1480000000000000000","start":1480000000}`))
	write("recordings/1480000000000000000-1.mp4.part", []byte("half"))
	write("online/1480000000000000000.json", []byte(`{"event_type":1,"stream_id":"8888_tom","sequence":"1480000000000000000"}`))
	g := newGateway(t)
	s := start(t, g, dir, "-media-record")
	heard := g.wait(t, 2)
	if heard[0].Type != events.Interrupted || heard[0].Sequence != "1480000000000000000" || heard[0].ErrCode != 2 {
		t.Errorf("heard %+v first", heard[0])
	}
	if heard[1].Type != events.Recorded || heard[1].FileID != "1480000000000000000-1" || heard[1].StartTime != 1480000000 {
		t.Errorf("heard %+v then", heard[1])
	}
	if status, all := ask(t, http.MethodGet, "http://"+s.http+"/recordings/1480000000000000000-1.mp4", ""); status != http.StatusOK || strings.Count(all, "\x00\x00\x00\x02\x65") != 9 {
		t.Errorf("the recording: %d, %q", status, all)
	}
	s.end()
	for _, folder := range []string{"online", "events"} {
		if left, err := os.ReadDir(filepath.Join(dir, folder)); err != nil || len(left) > 0 {
			t.Errorf("%s has %v, %v", folder, left, err)
		}
	}
	left, _ := filepath.Glob(filepath.Join(dir, "recordings", "*"))
	if len(left) != 1 {
		t.Errorf("the folder has %v", left)
	}
}

func TestAnEventThatIsNotAnsweredIsSentByTheNextProcess(t *testing.T) {
	g, dir := newGateway(t), t.TempDir()
	g.refuse = 1000
	s := start(t, g, dir)
	encoder := mediatest.Start(t, s.pushURL("8888_tom"))
	if err := encoder.Second(100); err != nil {
		t.Fatal(err)
	}
	first := g.wait(t, 1)[0]
	s.end() // while the event waits for another try, and the push is live
	g.mu.Lock()
	before := len(g.heard)
	g.refuse = 0
	g.mu.Unlock()
	start(t, g, dir)
	heard := g.wait(t, before+2)[before:]
	if heard[0].Type != events.Pushed || heard[1].Type != events.Interrupted || heard[0].Sequence != first.Sequence || heard[1].Sequence != first.Sequence {
		t.Errorf("the next process sends %+v", heard)
	}
}
