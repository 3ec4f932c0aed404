package stream_test

import (
	"fmt"
	"testing"

	"xiaozhibo.dev/libs/api/streams"
)

func TestAnEventCountsInTheOrderOfThePlatformsTime(t *testing.T) {
	for name, c := range map[string]struct {
		steps  []step
		online bool
	}{
		"a repeat says that a room is alive": {
			[]step{opened(0, "g"), began("A", 1, streams.Applied), waits(3000), began("A", 1, streams.Applied), waits(6000)}, true,
		},
		"a repeat with a later time is the same push still": {
			[]step{opened(0, "g"), began("A", 1, streams.Applied), began("A", 9, streams.Applied), ceased("A", 5, streams.Applied)}, false,
		},
		"a repeat does not undo the anchor's leave": {
			[]step{opened(0, "g"), began("A", 1, streams.Applied), leaves(10), began("A", 1, streams.Repeated)}, false,
		},
		"nor does a repeat with a later time": {
			[]step{opened(0, "g"), began("A", 1, streams.Applied), leaves(10), began("A", 20, streams.Repeated)}, false,
		},
		"a push of the second of his leave does": {
			[]step{opened(0, "g"), began("A", 1, streams.Applied), leaves(10), began("B", 10, streams.Applied)}, true,
		},
		"a leave from a hidden room counts like any other": {
			[]step{opened(0, "g"), leaves(10), began("A", 9, streams.Late)}, false,
		},
		"his leave is forgotten when he comes back": {
			[]step{opened(0, "g"), leaves(10), online(20), began("A", 9, streams.Applied), ceased("A", 30, streams.Applied)}, false,
		},
		"an end that the platform tells of is no leave, though he left before": {
			[]step{opened(0, "g"), leaves(10), online(20), waits(40), ceased("A", 30, streams.Applied), began("B", 25, streams.Applied)}, true,
		},
		"the interrupt of a push that was replaced never counts, not over his leave either": {
			[]step{
				opened(0, "g"), began("A", 1, streams.Applied), began("B", 5, streams.Applied), leaves(10), online(20),
				ceased("A", 25, streams.Repeated),
			}, true,
		},
		"a push overtaken by one that has ended lists nothing": {
			[]step{opened(0, "g"), began("B", 5, streams.Applied), ceased("B", 9, streams.Applied), began("A", 1, streams.Late)}, false,
		},
		"a push that began before the interrupt of the one before lists": {
			[]step{opened(0, "g"), began("A", 1, streams.Applied), ceased("A", 9, streams.Applied), began("B", 5, streams.Applied)}, true,
		},
		"a newer push lists a room that has expired": {
			[]step{opened(0, "g"), began("A", 1, streams.Applied), waits(3600), began("B", 5, streams.Applied)}, true,
		},
		"its interrupt ends a room that was resumed by the anchor": {
			[]step{opened(0, "g"), began("A", 1, streams.Applied), leaves(10), online(20), ceased("A", 25, streams.Applied)}, false,
		},
		"any interrupt does, when it is later than his word": {
			[]step{opened(0, "g"), began("A", 1, streams.Applied), leaves(10), online(20), ceased("B", 20, streams.Applied)}, false,
		},
		"and none that is earlier": {
			[]step{opened(0, "g"), began("A", 1, streams.Applied), leaves(10), online(20), ceased("B", 19, streams.Late)}, true,
		},
		"nor one that is earlier than his latest word": {
			[]step{opened(0, "g"), online(1), online(20), ceased("A", 19, streams.Late)}, true,
		},
		"while a push is going on another's interrupt ends nothing": {
			[]step{opened(0, "g"), online(1), began("A", 1, streams.Applied), ceased("B", 9, streams.WrongSequence), began("B", 8, streams.EndedPush)}, true,
		},
		"his word does not hide the push from its interrupt": {
			[]step{opened(0, "g"), began("A", 1, streams.Applied), online(20), ceased("A", 10, streams.Applied)}, false,
		},
		"a third push replaces the second": {
			[]step{
				opened(0, "g"), began("A", 1, streams.Applied), began("B", 2, streams.Applied), began("C", 3, streams.Applied),
				ceased("B", 4, streams.WrongSequence), ceased("A", 5, streams.WrongSequence),
			}, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tell(t, c.steps...).online(); got != c.online {
				t.Errorf("online: %t, want %t", got, c.online)
			}
		})
	}
}

func TestSixtyFourSequencesAreRememberedAsOver(t *testing.T) {
	s := tell(t, opened(0, "g"))
	for i := range int64(65) {
		name := fmt.Sprint("s", i)
		began(name, i, streams.Applied)(s)
		ceased(name, i, streams.Applied)(s)
	}
	began("s1", 100, streams.EndedPush)(s)
	if s.online() {
		t.Error("the 64th last sequence lists the room again")
	}
	began("s0", 100, streams.Applied)(s)
	if !s.online() {
		t.Error("the 65th last sequence is still remembered")
	}
}
