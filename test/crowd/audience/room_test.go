package audience_test

import (
	"testing"

	"xiaozhibo.dev/test/crowd/audience"
)

// sums is what all rooms hold, at least and at most.
func sums(w *audience.World) (viewers, likes audience.Between) {
	for _, room := range w.Rooms {
		v, l := room.Viewers(), room.Likes()
		viewers.Least, viewers.Most = viewers.Least+v.Least, viewers.Most+v.Most
		likes.Least, likes.Most = likes.Least+l.Least, likes.Most+l.Most
	}
	return viewers, likes
}

func TestWhatIsAnsweredWithSuccessIsKnown(t *testing.T) {
	r := rehearse(t, 1, audience.Released(), 250, success)
	viewers, likes := sums(r.world)
	if want := int64(r.counts["EnterGroup"] - r.counts["QuitGroup"]); viewers != (audience.Between{Least: want, Most: want}) {
		t.Errorf("viewers %s, want %d: those who entered and did not quit", viewers, want)
	}
	if want := int64(r.counts["ChangeCount"]); likes != (audience.Between{Least: want, Most: want}) || want == 0 {
		t.Errorf("likes %s, want %d", likes, want)
	}
	if listed := r.world.Listed(); listed.Least != listed.Most || listed.Least < 10 || listed.Least > 20 {
		t.Errorf("listed %s of 20, of which few have ended", listed)
	}
}

func TestWhatIsRefusedHasNoEffect(t *testing.T) {
	for _, action := range []string{"EnterGroup", "ChangeCount", "QuitGroup"} {
		r := rehearse(t, 1, audience.Released(), 150, func(asked string) audience.Answer {
			if asked == action {
				return audience.Answer{Heard: true, Value: 4003}
			}
			return audience.Answer{Heard: true}
		})
		viewers, likes := sums(r.world)
		entered := int64(r.counts["EnterGroup"])
		want := map[string]audience.Between{
			"EnterGroup":  {},
			"ChangeCount": {Least: entered - int64(r.counts["QuitGroup"]), Most: entered - int64(r.counts["QuitGroup"])},
			"QuitGroup":   {Least: entered, Most: entered},
		}[action]
		if viewers != want || action == "ChangeCount" && likes != (audience.Between{}) {
			t.Errorf("%s is refused: viewers %s, want %s; likes %s", action, viewers, want, likes)
		}
	}
}

func TestWhatIsNotAnsweredMayBe(t *testing.T) {
	for _, action := range []string{"EnterGroup", "ChangeCount", "QuitGroup"} {
		for _, lost := range []audience.Answer{{Lost: 1}, {Heard: true, Value: 3000}} {
			r := rehearse(t, 1, audience.Released(), 150, func(asked string) audience.Answer {
				if asked == action {
					return lost
				}
				return audience.Answer{Heard: true}
			})
			viewers, likes := sums(r.world)
			entered, quit, liked := int64(r.counts["EnterGroup"]), int64(r.counts["QuitGroup"]), int64(r.counts["ChangeCount"])
			var want audience.Between
			switch action {
			case "EnterGroup":
				want = audience.Between{Most: entered - quit}
			case "ChangeCount":
				want = audience.Between{Least: entered - quit, Most: entered - quit}
				if likes != (audience.Between{Most: liked * int64(1+lost.Lost)}) {
					t.Errorf("likes %s of %d that were sent, lost %d times", likes, liked, lost.Lost)
				}
			case "QuitGroup":
				want = audience.Between{Least: entered - quit, Most: entered}
			}
			if viewers != want {
				t.Errorf("%s is answered %+v: viewers %s, want %s", action, lost, viewers, want)
			}
		}
	}
}

func TestALikeThatWasSentAgainMayCountTwice(t *testing.T) {
	r := rehearse(t, 1, audience.Released(), 150, func(asked string) audience.Answer {
		if asked == "ChangeCount" {
			return audience.Answer{Heard: true, Lost: 1}
		}
		return audience.Answer{Heard: true}
	})
	_, likes := sums(r.world)
	if sent := int64(r.counts["ChangeCount"]); likes != (audience.Between{Least: sent, Most: 2 * sent}) || sent == 0 {
		t.Errorf("likes %s, want %d to %d", likes, sent, 2*sent)
	}
}

func TestARoomThatNobodyCouldOpenIsNotChosen(t *testing.T) {
	r := rehearse(t, 1, audience.Released(), 50, func(asked string) audience.Answer {
		if asked == "RequestLVBAddr" {
			return audience.Answer{Heard: true, Value: 4003}
		}
		return audience.Answer{Heard: true}
	})
	if r.counts["EnterGroup"] > 0 || r.counts["RequestLVBAddr"] != 100 || r.world.Rooms[0].Opened() {
		t.Errorf("%v: want five attempts of each anchor, and no visit", r.counts)
	}
}
