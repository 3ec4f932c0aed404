package events_test

import (
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/libs/api/streams"
)

func text(id int64) string { return strconv.FormatInt(id, 10) }

func TestANewReaderHasTheListAndThenWhatChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.goLive("tom", "Tom")
		id := w.record("tom", "r1", "http://v/r1.flv")
		c := w.serve(t, settings())
		defer c.stop()
		s := c.read(t, "", "")
		defer s.close()

		s.want("reset", "", `{"reason":"new"}`)
		if m := s.next(); m.event != "snapshot" || m.id != text(id) || m.data != w.list(t, "3") {
			t.Errorf("told %+v, want %s", m, w.list(t, "3"))
		}
		id = w.goLive("ann", "Ann <&>")
		s.want("listed", text(id), `{"userid":"ann","groupid":"g-ann"`, `"title":"Ann <&>"`, `"playurl":"http://play/live/8888_ann.flv?`)
		id = w.goLive("ann", "Ann again")
		s.want("changed", text(id), `"title":"Ann again"`)
		id = w.leave("ann", streams.ByPlatform)
		s.want("left", text(id), `{"userid":"ann","fileid":"","type":0,"reason":"platform"}`)
		id = w.record("tom", "r2", "http://v/r2.flv")
		s.want("listed", text(id), `"fileid":"r2"`, `"type":1`)
		id = w.record("tom", "r2", "http://v/other.flv")
		s.want("changed", text(id), `"playurl":"http://v/other.flv"`)
		id = w.remove("tom", "r2")
		s.want("left", text(id), `{"userid":"tom","fileid":"r2","type":1,"reason":"removed"}`)
	})
}

// The row is that of FetchList, to the byte.
func TestARowIsTheRowOfFetchList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		c := w.serve(t, settings())
		defer c.stop()
		s := c.read(t, "", "")
		defer s.close()
		s.wantAll("0", `{"totalcount":0,"pusherlist":[]}`)
		w.number("tom", 3, 4)
		w.goLive("tom", "Tom")
		if m := s.change(); !strings.Contains(w.list(t, "1"), m.data) {
			t.Errorf("told %s, the list is %s", m.data, w.list(t, "1"))
		}
	})
}

func TestAReaderAsksForOneListAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.record("tom", "r1", "http://v/r1.flv")
		first := w.goLive("tom", "Tom")
		c := w.serve(t, settings())
		defer c.stop()
		rooms, recordings := c.read(t, "?flag=1", ""), c.read(t, "?flag=2", "")
		defer rooms.close()
		defer recordings.close()
		rooms.wantAll(text(first), w.list(t, "1"))
		recordings.wantAll(text(first), w.list(t, "2"))
		left := w.leave("tom", streams.ByClient)
		removed := w.remove("tom", "r1")
		rooms.want("left", text(left))
		recordings.want("left", text(removed))
	})
}

func TestAReaderGoesOnWhereItWasOnAnotherCopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		known := w.goLive("tom", "Tom")
		a := w.serve(t, settings())
		s := a.read(t, "", "")
		s.wantAll(text(known))
		known = w.goLive("ann", "Ann")
		s.want("listed", text(known))
		s.close()
		a.stop()

		missed := []int64{w.leave("ann", streams.ByClient), w.goLive("bob", "Bob"), w.goLive("bob", "Bob!")}
		w.number("bob", 5, 6)
		b := w.serve(t, settings())
		defer b.stop()
		s = b.read(t, "", text(known))
		defer s.close()
		for i, event := range []string{"left", "listed", "changed"} {
			s.want(event, text(missed[i]))
		}
		if m := s.next(); m.event != "numbers" || !strings.Contains(m.data, `{"userid":"bob","fileid":"","type":0,"viewercount":5,"likecount":6}`) {
			t.Errorf("told %+v, want numbers", m)
		}
		late := b.read(t, "?last_event_id="+text(known), "")
		defer late.close()
		late.want("left", text(missed[0]))
	})
}

// What one copy has told already another may read only later.
func TestAnIDThatAnotherCopyHasToldIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		c := w.serve(t, settings())
		defer c.stop()
		first := c.read(t, "", "")
		defer first.close()
		first.wantAll("0")
		pass(time.Second + time.Millisecond) // between two reads of the log
		id := w.goLive("tom", "Tom")
		s := c.read(t, "", text(id)) // told by another copy
		defer s.close()
		id = w.goLive("ann", "Ann")
		s.want("listed", text(id), `"userid":"ann"`)
	})
}

func TestAnIDThatCannotBeGoneOnFromIsASnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		for range 20 {
			w.goLive("tom", "Tom")
		}
		w.forget(5)
		c := w.serve(t, settings())
		defer c.stop()
		for id, reason := range map[string]string{"14": "too old", "21": "unknown", "-1": "unknown", "tom": "unknown", "99999999999999999999": "unknown"} {
			s := c.read(t, "", id)
			s.want("reset", "", reason)
			s.want("snapshot", "20")
			s.close()
		}
		s := c.read(t, "", "15") // the oldest that can be gone on from
		defer s.close()
		s.want("changed", "16")
	})
}

func TestReadersBeginAnewWhenTheLogHasMovedOnWithoutThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.goLive("tom", "Tom")
		c := w.serve(t, settings())
		defer c.stop()
		s := c.read(t, "", "")
		defer s.close()
		s.wantAll("1")
		w.mu.Lock()
		w.down = true
		w.mu.Unlock()
		pass(5 * time.Second)
		for range 30 {
			w.goLive("tom", "Tom")
		}
		w.forget(5)
		w.mu.Lock()
		w.down = false
		w.mu.Unlock()
		if m := s.change(); m != (message{}) || s.said != "changes were missed" || s.retry == "" {
			t.Errorf("told %+v, %q, retry %q", m, s.said, s.retry)
		}
		again := c.read(t, "", s.lastID)
		defer again.close()
		again.want("reset", "", "too old")
		again.want("snapshot", "31")
	})
}

// The log that was backed up has gone on: what its readers know is not what a restored one tells.
func TestNobodyGoesOnFromALogToTheSameThatWasRestored(t *testing.T) {
	for _, known := range []string{"3", "5"} { // the last before the backup, and one that came after it
		for _, more := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				for range 5 {
					w.goLive("tom", "Tom")
				}
				w.restore(2, 100)
				newest := "103"
				c := w.serve(t, settings())
				defer c.stop()
				if more {
					w.goLive("tom", "Tom again")
					newest = "104"
				}
				s := c.read(t, "", known)
				defer s.close()
				s.want("reset", "", "too old")
				s.want("snapshot", newest)
				s.want("listed", strconv.FormatInt(w.goLive("ann", "Ann"), 10))
			})
		}
	}
}

func TestReadersBeginAnewWhenTheLogIsReplacedByARestoredOne(t *testing.T) {
	for _, more := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			w.goLive("tom", "Tom")
			c := w.serve(t, settings())
			defer c.stop()
			s := c.read(t, "", "")
			defer s.close()
			s.wantAll("1")
			w.restore(0, 100)
			if more {
				w.goLive("tom", "Tom again")
			}
			if m := s.change(); m != (message{}) || s.said != "changes were missed" {
				t.Errorf("told %+v, %q", m, s.said)
			}
		})
	}
}

func TestNumbersAreToldTwiceASecondAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.goLive("tom", "Tom")
		w.goLive("ann", "Ann")
		c := w.serve(t, settings())
		defer c.stop()
		s := c.read(t, "", "")
		defer s.close()
		s.wantAll("2")
		if m := s.next(); m.event != "numbers" || strings.Count(m.data, "userid") != 2 || m.id != "2" {
			t.Errorf("told %+v, want the numbers of both rooms", m)
		}
		// They may be told once more: to a reader who came while they were read.
		began := time.Now()
		go func() {
			for i := range 1000 { // 10 s
				w.number("tom", i, int64(i))
				pass(10 * time.Millisecond)
			}
		}()
		told := 0
		for time.Since(began) < 9*time.Second {
			if m := s.next(); strings.Contains(m.data, "ann") && time.Since(began) > time.Second {
				t.Errorf("told %s, though nothing changed", m.data)
			}
			told++
		}
		if told < 16 || told > 19 {
			t.Errorf("told %d times in 9 s", told)
		}
		pass(2 * time.Second)
		last := ""
		for !strings.Contains(last, `"viewercount":999,"likecount":999`) {
			last = s.next().data
		}
	})
}

func TestTheLogIsReadOnlyWhileSomebodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		c := w.serve(t, settings())
		defer c.stop()
		pass(time.Hour)
		if n := w.reads.Load(); n != 0 {
			t.Errorf("read %d times for nobody", n)
		}
		s := c.read(t, "", "")
		s.want("reset", "")
		s.close()
		pass(2 * time.Minute)
		before := w.reads.Load()
		pass(time.Hour)
		if n := w.reads.Load(); n != before || before == 0 {
			t.Errorf("read %d times after the last reader had left", n-before)
		}
		id := w.goLive("tom", "Tom")
		s = c.read(t, "", "")
		defer s.close()
		s.wantAll(text(id))
	})
}
