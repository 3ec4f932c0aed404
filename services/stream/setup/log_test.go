package setup_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/store/backup/backuptest"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/setup"
)

// Webhooks that wait are changes of the log, and their bookmark has its numbers.
func TestTheLogIsRestoredUnderItsNumbersAndGoesOnUnderOthers(t *testing.T) {
	w := &world{}
	backuptest.EachWay(t, w.clock, func(t *testing.T, from, to func() backuptest.Place) {
		w.t, w.now = t, time.Unix(1480000000, 0)
		before, after := from(), to()
		one := w.open(&before)
		beLive(t, one, "tom", "ann", "bob")
		kept := logOf(t, one, 0)
		w.now = w.now.Add(time.Minute) // a log has far fewer changes than time has milliseconds
		backuptest.Move(t, setup.Kept(&config), before, after)
		other := w.open(&after)
		beLive(t, one, "eve")
		beLive(t, other, "joe")
		told, goesOn := logOf(t, one, 0), logOf(t, other, 0)
		if len(kept.Changes) != 3 || !slices.Equal(names(kept), names(goesOn)[:3]) || len(goesOn.Changes) != 4 {
			t.Fatalf("the log is %q, and restored %q", names(kept), names(goesOn))
		}
		latest := told.Changes[3].Number // of the other log, after the backup
		if next := goesOn.Changes[3].Number; next <= latest || goesOn.Newest != next || goesOn.Oldest != kept.Oldest {
			t.Errorf("restored it goes on under %d, where the one before told %d: %d to %d", next, latest, goesOn.Oldest, goesOn.Newest)
		}
		if again := logOf(t, other, kept.Newest); !slices.Equal(names(again), names(goesOn)[3:]) {
			t.Errorf("behind what was restored stands %q", names(again))
		}
	})
}

// Numbers that are left out are no changes that are kept.
func TestOfARestoredLogAsManyChangesAreKeptAsOfAnyOther(t *testing.T) {
	w := &world{}
	defer func(most int) { config.MaxChanges = most }(config.MaxChanges)
	config.MaxChanges = 4
	backuptest.EachWay(t, w.clock, func(t *testing.T, from, to func() backuptest.Place) {
		w.t, w.now = t, time.Unix(1480000000, 0)
		before, after := from(), to()
		beLive(t, w.open(&before), "tom", "ann", "bob")
		backuptest.Move(t, setup.Kept(&config), before, after)
		w.now = w.now.Add(time.Minute)
		service := w.open(&after)
		for i, want := range []string{"tom ann bob new0", "ann bob new0 new1", "bob new0 new1 new2", "new0 new1 new2 new3", "new1 new2 new3 new4"} {
			beLive(t, service, fmt.Sprint("new", i))
			if err := service.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
			users := ""
			for _, change := range logOf(t, service, 0).Changes {
				users += " " + change.User
			}
			if users != " "+want {
				t.Errorf("after %d more there are%s, want %s", i+1, users, want)
			}
		}
	})
}

// beLive lets a session of each user be listed.
func beLive(t *testing.T, service *stream.Service, users ...string) {
	t.Helper()
	for _, user := range users {
		_, err := service.Open(t.Context(), streams.Opening{User: user, StreamID: "8888_" + user, Group: "g", Title: "<" + user})
		if err == nil {
			err = service.SetStatus(t.Context(), streams.Status{User: user, Online: true})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func logOf(t *testing.T, service *stream.Service, after int64) streams.ChangePage {
	t.Helper()
	page, err := service.Changes(t.Context(), streams.ChangeQuery{After: after, Limit: streams.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// names are all that a page says.
func names(page streams.ChangePage) (names []string) {
	for _, c := range page.Changes {
		names = append(names, fmt.Sprintf("%d %d %s %s %d %t %+v", c.Number, c.At, c.Kind, c.User, c.Session, c.New, c.Row))
	}
	return names
}
