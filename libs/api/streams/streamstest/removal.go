package streamstest

import (
	"xiaozhibo.dev/libs/api/streams"
)

func (s suite) removes(want streams.Verdict, files ...string) {
	s.t.Helper()
	s.verdict(want)(s.RemoveFiles(s.t.Context(), files))
}

func (s suite) removesFiles() {
	s.goesLive("a")
	s.adds(streams.Applied, file("a", "f", streams.FLV, 0, 100))
	s.removes(streams.Unknown, "other", "")
	s.removes(streams.Applied, "other", "f")
	s.wantRecorded()
	if r := s.recording("a", "f"); r != nil {
		s.t.Errorf("it is found: %+v", r)
	}
	s.removes(streams.Repeated, "f")
	s.adds(streams.FileIsGone, file("a", "f", streams.FLV, 0, 100))
	s.wantRecorded()
	s.wantChanges(0, "listed a true", "recorded af true", "removed af false removed")
	s.sweeps()
	s.adds(streams.FileIsGone, file("a", "f", streams.FLV, 0, 100))
	s.wantRecorded()
}

func (s suite) removesOneFile() {
	s.goesLive("a")
	s.adds(streams.Applied, file("a", "f", streams.FLV, 0, 100), file("a", "h", streams.HLS, 0, 100))
	s.removes(streams.Applied, "f")
	s.wantRecorded("f")
	if r := s.recording("a", "h"); r == nil || r.FLV != "" || r.HLS == "" || r.FileID != "f" {
		s.t.Errorf("it is %+v", r)
	}
	s.removes(streams.Applied, "h", "f")
	s.wantRecorded()
	s.adds(streams.Applied, file("a", "m", streams.MP4, 0, 100))
	s.wantRecorded("f")
	if r := s.recording("a", "m"); r == nil || r.FLV != "" || r.HLS != "" {
		s.t.Errorf("it came back as %+v", r)
	}
}

func (s suite) removesOfAll() {
	s.goesLive("a", "b")
	s.adds(streams.Applied, file("a", "f", streams.FLV, 0, 100), file("b", "f", streams.FLV, 0, 100), file("b", "ff", streams.FLV, 200, 300))
	s.removes(streams.Applied, "f")
	s.wantRecorded("ff")
}
