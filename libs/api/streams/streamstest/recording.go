package streamstest

import (
	"math"
	"time"

	"xiaozhibo.dev/libs/api/streams"
)

var recordings = tests{
	"the files of one make one row, in any order":                suite.mergeFormats,
	"files belong together within two seconds at start and end":  suite.mergeBounds,
	"a repeated file makes no second row":                        suite.fileAgain,
	"several slices make several rows":                           suite.slicesApart,
	"one of any single format can be played":                     suite.singleFormat,
	"one below the minimum makes no row":                         suite.tooShort,
	"a file that cannot be a row makes none":                     suite.unusableFile,
	"one is found under its own user only":                       suite.ownUserOnly,
	"one has the texts of the session it was made of":            suite.textsOfSession,
	"one is listed for less than the window, and found after it": suite.listedForWindow,
	"one neither lists nor ends the session":                     suite.roomUntouched,
	"one of a session known by its first stream id is his":       suite.firstStreamID,
	"changing what was returned changes nothing that is kept":    suite.aliasedRecordings,
}

func (s suite) tooShort() {
	s.goesLive("a")
	unmeasured, measured := file("a", "59", streams.FLV, 0, 59), file("a", "59", streams.FLV, 0, 100)
	unmeasured.Duration, measured.Duration = 0, 59
	s.adds(streams.TooShort, file("a", "59", streams.FLV, 0, 59), unmeasured, measured)
	s.wantRecorded()
	if r := s.recording("a", "59"); r != nil {
		s.t.Fatalf("there is a recording %+v", r)
	}
	unmeasured, measured = file("a", "1", streams.FLV, 0, 60), file("a", "2", streams.FLV, 100, 159)
	unmeasured.Duration, measured.Duration = 0, 60
	s.adds(streams.Applied, unmeasured, measured)
	s.wantRecorded("2", "1")
}

func (s suite) unusableFile() {
	s.goesLive("a")
	for name, spoil := range map[string]func(*streams.File){
		"no format":          func(f *streams.File) { f.Format = "" },
		"an unknown format":  func(f *streams.File) { f.Format = "aac" },
		"no file id":         func(f *streams.File) { f.FileID = "" },
		"no url":             func(f *streams.File) { f.URL = "" },
		"no start":           func(f *streams.File) { f.Start = 0 },
		"a start before all": func(f *streams.File) { f.Start = math.MinInt64 },
		"an end before it":   func(f *streams.File) { f.End = f.Start - 1 },
		"an end beyond all":  func(f *streams.File) { f.End = math.MaxInt32 + 1 },
	} {
		f := file("a", "f", streams.FLV, 0, 100)
		spoil(&f)
		if got, err := s.AddFile(s.t.Context(), f); err != nil || got != streams.Unusable {
			s.t.Errorf("with %s it is %q, %v, want unusable", name, got, err)
		}
	}
	s.wantRecorded()
	s.wantLive("a")
}

func (s suite) ownUserOnly() {
	s.goesLive("a", "b", "ab")
	s.adds(streams.Applied, file("a", "bf", streams.FLV, 0, 100), file("ab", "f", streams.FLV, 1, 101))
	if r := s.recording("b", "bf"); r != nil {
		s.t.Fatalf("another user's recording is found: %+v", r)
	}
	if r := s.recording("a", "g"); r != nil {
		s.t.Fatalf("an unknown recording is found: %+v", r)
	}
	s.adds(streams.Applied, file("b", "bf", streams.FLV, 2, 102))
	s.wantRecorded("bf", "f", "bf")
	for user, start := range map[string]int64{"a": epoch, "b": epoch + 2} {
		if r := s.recording(user, "bf"); r == nil || r.User != user || r.Start != start {
			s.t.Errorf("the recording of %q is %+v", user, r)
		}
	}
}

func (s suite) textsOfSession() {
	begin := func(at int64, group string) {
		s.waitUntil(at)
		o := opening("a", group)
		o.Title, o.Profile.FrontCover = group, "http://"+group
		s.open(o)
	}
	begin(0, "first")
	s.online("a")
	s.waitUntil(1000)
	s.offline("a")
	begin(2000, "second")
	s.online("a")
	s.adds(streams.Applied, file("a", "early", streams.FLV, 2, 999))
	begin(3000, "third") // while the second was online
	s.online("a")
	s.waitUntil(4000)
	s.ceased("a", "A", 4000, streams.Applied)
	begin(5000, "hidden")
	s.adds(streams.Applied,
		file("a", "1", streams.FLV, 5, 900), file("a", "2", streams.FLV, 2001, 3001),
		file("a", "3", streams.FLV, 3000, 4000), file("a", "early", streams.HLS, 2, 999))
	for id, want := range map[string]string{"early": "first", "1": "first", "2": "second", "3": "third"} {
		if r := s.recording("a", id); r.Title != want || r.Profile.FrontCover != "http://"+want {
			s.t.Errorf("recording %s has the texts of %q, want %q", id, r.Title, want)
		}
	}
}

func (s suite) listedForWindow() {
	s.goesLive("a")
	s.adds(streams.Applied, file("a", "1", streams.FLV, 0, 500), file("a", "2", streams.FLV, 100, 200))
	s.clock.Move(window + 199*time.Second - within + 999*time.Millisecond)
	s.wantRecorded("2", "1")
	s.clock.Move(time.Millisecond) // 2 ended first
	s.wantRecorded("1")
	s.adds(streams.Applied, file("a", "2h", streams.HLS, 100, 200))
	s.wantRecorded("1")
	s.clock.Move(300*time.Second - time.Millisecond)
	s.wantRecorded("1")
	s.clock.Move(time.Millisecond)
	s.wantRecorded()
	if r := s.recording("a", "2h"); r == nil || r.FileID != "2" || r.FLV == "" || r.HLS == "" {
		s.t.Fatalf("the recording that has left the list is %+v", r)
	}
}

func (s suite) roomUntouched() {
	s.opens("a")
	session := *s.session("a")
	s.waitUntil(5)
	s.adds(streams.Applied, file("a", "1", streams.FLV, 0, 100))
	s.wantSession(session)
	s.online("a")
	session = *s.session("a")
	s.adds(streams.Applied, file("a", "2", streams.FLV, 100, 200))
	s.wantSession(session)
	s.wantLive("a")
	s.wantRecorded("2", "1")
}

func (s suite) firstStreamID() {
	s.goesLive("a")
	again := opening("a", "g")
	again.StreamID = "8888_new"
	s.open(again)
	flv, hls := file("a", "flv", streams.FLV, 0, 100), file("a", "hls", streams.HLS, 0, 100)
	hls.StreamID = again.StreamID
	s.adds(streams.Applied, flv, hls)
	s.wantRecorded("flv")
}

func (s suite) aliasedRecordings() {
	s.goesLive("a")
	s.adds(streams.Applied, file("a", "f", streams.FLV, 0, 100))
	want := *s.recording("a", "f")
	*s.recording("a", "f") = streams.Recording{FileID: "intruder"}
	s.page(streams.Query{Recorded: true, Limit: 1}).Recordings[0] = streams.Recording{FileID: "intruder"}
	if got := *s.recording("a", "f"); got != want {
		s.t.Fatalf("the recording is %+v, was %+v", got, want)
	}
	s.wantRecorded("f")
}
