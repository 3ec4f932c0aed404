package streamstest

import (
	"fmt"
	"slices"

	"xiaozhibo.dev/libs/api/streams"
)

func (s suite) mergeFormats() {
	formats := []streams.Format{streams.FLV, streams.HLS, streams.MP4}
	for n, order := range permutations(len(formats)) {
		user := fmt.Sprint("u", n)
		s.goesLive(user)
		for _, i := range order {
			start := int64(100 - n) // newest first
			s.adds(streams.Applied, file(user, fmt.Sprintf("%s-%d", formats[i], n), formats[i], start, start+100))
		}
		o := opening(user, "g")
		first := formats[order[0]]
		want := streams.Recording{
			User: user, FileID: fmt.Sprintf("%s-%d", first, n), Title: o.Title, Profile: o.Profile,
			Start: epoch + 100 - int64(n), End: epoch + 200 - int64(n),
			FLV: fmt.Sprintf("http://vod/flv-%d.flv", n),
			HLS: fmt.Sprintf("http://vod/hls-%d.hls", n),
			MP4: fmt.Sprintf("http://vod/mp4-%d.mp4", n),
		}
		for _, format := range formats {
			id := fmt.Sprintf("%s-%d", format, n)
			if got := s.recording(user, id); got == nil || *got != want {
				s.t.Fatalf("%q is\n%+v, want\n%+v", id, got, want)
			}
		}
		if total := s.page(streams.Query{Recorded: true}).Total; total != n+1 {
			s.t.Fatalf("%d recordings make %d rows", n+1, total)
		}
	}
}

func (s suite) mergeBounds() {
	for n, c := range []struct {
		start, end int64
		rows       int
	}{
		{0, 0, 1}, {2, 0, 1}, {-2, 0, 1}, {0, 2, 1}, {0, -2, 1}, {2, 2, 1}, {2, -2, 1}, {-2, 2, 1},
		{3, 0, 2}, {-3, 0, 2}, {0, 3, 2}, {0, -3, 2}, {3, 3, 2},
	} {
		user := fmt.Sprint("u", n)
		s.goesLive(user)
		before := s.page(streams.Query{Recorded: true}).Total
		s.adds(streams.Applied,
			file(user, "flv", streams.FLV, 100, 200), file(user, "hls", streams.HLS, 100+c.start, 200+c.end))
		if rows := s.page(streams.Query{Recorded: true}).Total - before; rows != c.rows {
			s.t.Errorf("files %+d s and %+d s apart make %d rows, want %d", c.start, c.end, rows, c.rows)
		}
	}
}

func (s suite) fileAgain() {
	s.goesLive("a")
	flv, hls := file("a", "flv", streams.FLV, 0, 100), file("a", "hls", streams.HLS, 1, 99)
	s.adds(streams.Applied, flv)
	s.adds(streams.Repeated, flv)
	s.wantRecorded("flv")
	s.adds(streams.Applied, hls)
	want := *s.recording("a", "flv")
	s.adds(streams.Repeated, hls, flv, flv, hls)
	s.wantRecorded("flv")
	if got := *s.recording("a", "hls"); got != want {
		s.t.Fatalf("repeated it is %+v, was %+v", got, want)
	}
}

func (s suite) slicesApart() {
	s.goesLive("a")
	s.adds(streams.Applied,
		file("a", "2", streams.FLV, 100, 200), file("a", "1", streams.FLV, 0, 100), file("a", "3", streams.FLV, 200, 300),
		file("a", "2h", streams.HLS, 101, 200), file("a", "3h", streams.HLS, 200, 299), file("a", "1h", streams.HLS, 0, 101))
	s.wantRecorded("3", "2", "1")
	for _, id := range []string{"1", "2", "3"} {
		r := s.recording("a", id)
		if r.FLV != "http://vod/"+id+".flv" || r.HLS != "http://vod/"+id+"h.hls" {
			s.t.Errorf("slice %s is %+v", id, r)
		}
	}
}

func (s suite) singleFormat() {
	s.goesLive("a")
	s.adds(streams.Applied,
		file("a", "1", streams.FLV, 0, 100), file("a", "2", streams.HLS, 100, 200), file("a", "3", streams.MP4, 200, 300))
	s.wantRecorded("3", "2", "1")
	for id, url := range map[string]func(*streams.Recording) string{
		"1": func(r *streams.Recording) string { return r.FLV },
		"2": func(r *streams.Recording) string { return r.HLS },
		"3": func(r *streams.Recording) string { return r.MP4 },
	} {
		r := s.recording("a", id)
		if got := []string{r.FLV, r.HLS, r.MP4}; url(r) == "" || len(slices.DeleteFunc(got, isEmpty)) != 1 {
			s.t.Errorf("recording %s is %+v, want one URL, of its format", id, r)
		}
	}
}

func isEmpty(text string) bool { return text == "" }
