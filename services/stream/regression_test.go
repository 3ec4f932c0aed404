package stream_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

// Each of these was wrong once.

func TestTheInterruptOfAnOvertakenPushEndsNothing(t *testing.T) {
	s := tell(t, opened(0, "g"), began("B", 5, streams.Applied), began("A", 1, streams.Late),
		leaves(10), online(20), ceased("A", 25, streams.Repeated))
	if !s.online() {
		t.Error("the session has ended")
	}
}

func TestALeaveCountsThoughTheInterruptCameFirst(t *testing.T) {
	s := tell(t, opened(0, "g"), began("A", 1, streams.Applied), waits(9), ceased("A", 9, streams.Applied), leaves(12), waits(20),
		began("B", 5, streams.Late))
	if s.online() {
		t.Error("the room is listed again")
	}
}

func TestAnInterruptOlderThanItsPushIsForgotten(t *testing.T) {
	s := tell(t, opened(0, "g"), began("A", 5, streams.Applied), leaves(10), online(20),
		ceased("A", 3, streams.Late), ceased("A", 25, streams.Applied))
	if s.online() {
		t.Error("the room is listed still")
	}
}

func TestALongIDHarmsNobodyElse(t *testing.T) {
	s := tell(t, opened(0, "g"))
	long := strings.Repeat("x", 40_000)
	var group sync.WaitGroup
	for i := range 50 {
		group.Go(func() {
			_, err := s.service.Open(t.Context(), streams.Opening{User: fmt.Sprint(i), StreamID: fmt.Sprint(i), Group: "g", Title: "t"})
			if err != nil {
				t.Errorf("innocent: %v", err)
			}
		})
		group.Go(func() {
			_, err := s.service.Open(t.Context(), streams.Opening{User: long, StreamID: "s", Group: "g", Title: "t"})
			if apierr.CodeOf(err) != apierr.Invalid {
				t.Errorf("long user: %v", err)
			}
			f := streams.File{StreamID: "8888_a", FileID: long, URL: "u", Format: streams.FLV, Start: 1, End: 100}
			if verdict, err := s.service.AddFile(t.Context(), f); verdict != streams.Unusable || err != nil {
				t.Errorf("long file id: %v, %v", verdict, err)
			}
			push := streams.Push{StreamID: "8888_a", Sequence: long, Began: true}
			if verdict, err := s.service.ApplyPush(t.Context(), push); verdict != streams.Unusable || err != nil {
				t.Errorf("long sequence: %v, %v", verdict, err)
			}
		})
	}
	group.Wait()
}

func TestATimeFarAheadMakesNoLaterEventAnOldOne(t *testing.T) {
	const milliseconds = 1_000 * epoch
	s := tell(t, opened(0, "g"), began("A", milliseconds, streams.Applied), waits(10), ceased("A", 9, streams.Applied), began("B", 10, streams.Applied))
	if !s.online() {
		t.Error("the second push does not list the room")
	}
}
