package stream_test

import (
	"fmt"
	"testing"
	"time"
)

func TestARecordingHasTheTextsOfTheSessionItSharesMostTimeWith(t *testing.T) {
	first := func(then ...step) []step { return append([]step{opened(0, "first"), online(0), leaves(100)}, then...) }
	adjoining := first(opened(100, "second"), online(100), leaves(200))
	apart := first(opened(1000, "second"), online(1000), leaves(1100))
	const week = int64(window / time.Second)
	for name, c := range map[string]struct {
		steps      []step
		start, end int64
		want       string
	}{
		"the only one, though never online":              {[]step{opened(0, "only")}, 10, 90, "only"},
		"the only one, though recorded before it":        {[]step{opened(0, "only")}, -500, -400, "only"},
		"of two, the one it lies in":                     {adjoining, 110, 190, "second"},
		"of two it touches, the longer shared":           {adjoining, 50, 190, "second"},
		"of two shared alike, the first":                 {adjoining, 51, 149, "first"},
		"of two shared alike but for 2 s, the first":     {adjoining, 50, 152, "first"},
		"of two shared alike but for 3 s, the longer":    {adjoining, 50, 153, "second"},
		"of two it lies between, the nearer before":      {apart, 300, 400, "first"},
		"of two it lies between, the nearer after":       {apart, 800, 900, "second"},
		"one later than all is the last one's":           {apart, 2000, 2100, "second"},
		"one earlier than all is the first one's":        {apart, -200, -100, "first"},
		"one that goes on lasts until now":               {first(opened(100, "on"), online(100), waits(900)), 95, 890, "on"},
		"one that expired lasted until its time":         {[]step{opened(0, "first"), online(0), opened(9000, "next"), online(9000), waits(10000)}, 3000, 9999, "next"},
		"one that was resumed lasts from its opening on": {first(online(500), leaves(600), opened(600, "next"), online(600), waits(800)), 10, 700, "first"},
		"one that was replaced ended then":               {[]step{opened(0, "first"), online(0), opened(500, "next"), online(500), waits(800)}, 0, 500, "first"},
		"one that was left twice ended the first time":   {first(leaves(900), opened(1000, "next"), online(1000), waits(1200)), 200, 1010, "next"},
		"one that stayed hidden is passed over":          {first(opened(200, "hidden"), opened(300, "hidden too")), 205, 290, "first"},
		"one that ended as long ago as the window lasts": {first(opened(100+week, "next"), online(100+week)), 10, 90, "first"},
		"and none that ended longer ago":                 {first(opened(101+week, "next"), online(101+week)), 10, 90, "next"},
	} {
		t.Run(name, func(t *testing.T) {
			title, cover := tell(t, c.steps...).recordedFrom(c.start, c.end)
			if title != c.want || cover != c.want {
				t.Errorf("the texts are those of %q and %q, want %q", title, cover, c.want)
			}
		})
	}
}

func TestSixtyFourEarlierSessionsAreRemembered(t *testing.T) {
	var steps []step
	for i := range int64(66) {
		steps = append(steps, opened(100*i, fmt.Sprint(i)), online(100*i), leaves(100*i+90))
	}
	for start, want := range map[int64]string{100: "1", 0: "1", 6500: "65"} {
		if title, _ := tell(t, steps...).recordedFrom(start, start+90); title != want {
			t.Errorf("a recording of %d has the texts of %q, want %q", start, title, want)
		}
	}
}
