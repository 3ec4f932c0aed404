package reconcile_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/platform/platformtest"
)

// banning is a stream service one of whose users may not go live.
type banning struct {
	*catalogue
	stream string
}

func (b banning) Confirm(ctx context.Context, s streams.Sighting) (streams.Verdict, error) {
	if s.StreamID == b.stream {
		return streams.UserBanned, nil
	}
	return b.catalogue.Confirm(ctx, s)
}

func TestThePushOfABannedUserIsCutOffAndTriedAgainUntilItIs(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.catalogue.hide(tom)
		w.catalogue.live("8888_ann")
		w.pushed.Push(tom, time.Now())
		w.pushed.Push("8888_ann", time.Now())
		w.faults(func(action string) platformtest.Fault {
			if action == "DropLiveStream" {
				return platformtest.Internal
			}
			return platformtest.None
		})
		defer w.copy(banning{w.catalogue, tom})()
		after(2) // it is hidden: one list may be a minute old
		if n := len(w.pushed.All()); n != 2 || !strings.Contains(w.log.String(), "the push of a banned user could not be ended: the next poll tries again") {
			t.Fatalf("%d streams are pushed, logged %s", n, w.log.String())
		}
		w.faults(nil)
		after(1)
		if all := w.pushed.All(); len(all) != 1 || all[0].ID != "8888_ann" {
			t.Errorf("pushed is %v", all)
		}
		after(3)
		if got := w.recorded.Values(t)["xzb.platform.dropped"]; got != 1 {
			t.Errorf("%d pushes are counted as dropped", got)
		}
		w.pushed.Push(tom, time.Now()) // and again
		after(2)
		if all := w.pushed.All(); len(all) != 1 || w.catalogue.isLive(tom) {
			t.Errorf("pushed is %v, listed %t", all, w.catalogue.isLive(tom))
		}
	})
}
