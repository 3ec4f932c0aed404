package streamstest

import (
	"fmt"
	"time"

	"xiaozhibo.dev/libs/api/streams"
)

// Two pushes of one session are called A and B, the 1 of an event its begin and
// the 0 its interrupt, as in "1A 1B 0A 0B".
var pushes = tests{
	"a push lists the session from then on":                               suite.pushBegins,
	"its interrupt ends the session, once":                                suite.pushCeases,
	"1A 1B 0A stays online, 0B ends it":                                   suite.pushReplaced,
	"two pushes told of in any order leave the session ended":             suite.pushOrders,
	"1B, then an older 1A, changes nothing":                               suite.pushOvertaken,
	"in the same second the push told of last counts":                     suite.pushSameSecond,
	"an interrupt older than the begin of its push ends nothing":          suite.interruptTooOld,
	"an interrupt told of before its push makes the push late":            suite.interruptFirst,
	"a push that has ended lists nothing, in a later session neither":     suite.pushOver,
	"a push that was replaced ends nothing in a later session":            suite.pushOfEarlierSession,
	"a push older than the session lists nothing":                         suite.pushTooOld,
	"another push resumes the session, in its place":                      suite.pushResumes,
	"after the anchor has taken leave only a later push counts":           suite.pushAfterLeave,
	"where only the anchor spoke, a later interrupt ends, an earlier not": suite.interruptAlone,
	"so too when he resumed a session that a push had begun":              suite.interruptAfterResume,
	"pushes without a sequence are told apart by their time":              suite.pushWithoutSequence,
	"an event without a time is of now":                                   suite.pushWithoutTime,
}

func (s suite) pushBegins() {
	session := s.open(opening("a", "g"))
	s.waitUntil(5)
	s.began("a", "A", 3, streams.Applied)
	session.Online, session.Timestamp = true, epoch+5
	s.wantSession(session)
	s.waitUntil(9)
	s.online("a")
	s.began("a", "A", 3, streams.Applied)
	s.wantSession(session)
	s.wantLive("a")
}

func (s suite) pushCeases() {
	s.opens("a")
	s.began("a", "A", 3, streams.Applied)
	s.ceased("a", "A", 9, streams.Applied)
	s.wantLive()
	s.ceased("a", "A", 9, streams.Repeated)
	s.wantLive()
	first := *s.session("a")
	if second := s.open(opening("a", "g")); second.Number <= first.Number {
		s.t.Fatalf("the session after %+v is %+v", first, second)
	}
}

func (s suite) pushReplaced() {
	s.opens("a")
	s.began("a", "A", 1, streams.Applied)
	s.began("a", "B", 5, streams.Applied)
	s.ceased("a", "A", 6, streams.WrongSequence)
	s.wantLive("a")
	s.began("a", "A", 1, streams.EndedPush)
	s.ceased("a", "B", 9, streams.Applied)
	s.wantLive()
}

// pushOrders tells the same four events in all 24 orders, then again. Whatever
// the order, B keeps the session online while its interrupt has not arrived.
func (s suite) pushOrders() {
	type event struct {
		sequence string
		began    bool
		at       int64
	}
	events := []event{{"A", true, 1}, {"B", true, 5}, {"A", false, 6}, {"B", false, 9}}
	s.waitUntil(10)
	for n, order := range permutations(len(events)) {
		user := fmt.Sprint("u", n)
		s.t.Logf("%s is told in the order %v", user, order)
		s.waitUntil(0)
		s.opens(user)
		s.waitUntil(10)
		told := map[event]bool{}
		for i := range 2 * len(order) {
			e := events[order[i%len(order)]]
			told[e] = true
			push := streams.Push{StreamID: streamID(user), Sequence: e.sequence, Began: e.began, At: epoch + e.at}
			if _, err := s.ApplyPush(s.t.Context(), push); err != nil {
				s.t.Fatalf("ApplyPush(%+v): %v", push, err)
			}
			online := s.session(user).Online
			if told[events[1]] && !told[events[3]] && !online {
				s.t.Fatalf("offline although 1B was told and 0B was not: %v", told)
			}
			if online && (len(told) == len(events) || !told[events[0]] && !told[events[1]]) {
				s.t.Fatalf("online with %v told", told)
			}
		}
	}
	s.wantLive()
}

// permutations returns all orders of the numbers below n.
func permutations(n int) (orders [][]int) {
	if n == 0 {
		return [][]int{nil}
	}
	for _, order := range permutations(n - 1) {
		for at := range n {
			longer := append(append(order[:at:at], n-1), order[at:]...)
			orders = append(orders, longer)
		}
	}
	return orders
}

func (s suite) pushOvertaken() {
	s.opens("a")
	s.began("a", "B", 5, streams.Applied)
	s.began("a", "A", 1, streams.Late)
	s.ceased("a", "A", 6, streams.WrongSequence)
	s.wantLive("a")
	s.ceased("a", "B", 9, streams.Applied)
	s.wantLive()
}

func (s suite) pushSameSecond() {
	s.opens("a", "b")
	s.began("a", "A", 1, streams.Applied)
	s.began("a", "B", 1, streams.Applied)
	s.began("a", "A", 1, streams.EndedPush)
	s.ceased("a", "A", 1, streams.WrongSequence)
	s.wantLive("a")
	s.ceased("a", "B", 1, streams.Applied)
	s.wantLive()

	s.began("b", "A", 1, streams.Applied)
	s.ceased("b", "A", 1, streams.Applied)
	s.began("b", "B", 1, streams.Applied)
	s.wantLive("b")
}

func (s suite) pushWithoutSequence() {
	s.opens("a")
	s.began("a", "", 1, streams.Applied)
	s.began("a", "", 1, streams.Applied)
	s.ceased("a", "", 0, streams.Late)
	s.wantLive("a")
	s.ceased("a", "", 5, streams.Applied)
	s.began("a", "", 1, streams.Repeated)
	s.wantLive()
	s.began("a", "", 6, streams.Applied)
	s.ceased("a", "", 5, streams.Late)
	s.wantLive("a")
	s.ceased("a", "", 9, streams.Applied)
	s.wantLive()
}

func (s suite) pushWithoutTime() {
	s.waitUntil(5)
	s.opens("a")
	s.waitUntil(10)
	s.push(streams.Push{StreamID: streamID("a"), Sequence: "B", Began: true}, streams.Applied)
	s.began("a", "A", 9, streams.Late)
	s.ceased("a", "B", 9, streams.Late)
	s.wantLive("a")
	s.clock.Move(time.Second)
	s.push(streams.Push{StreamID: streamID("a"), Sequence: "B"}, streams.Applied)
	s.wantLive()
}
