package load

import "maps"

// Tally is what was sent and answered.
type Tally struct {
	Actions  map[string]*Count
	Lag      Histogram // from when a request was due until it was its turn: the load's own fault
	Wait     Histogram // from then until a connection was free to send it
	Fresh    int64     // connections made for one request
	Resent   int64     // requests that were sent again, for want of a reply
	Sent     int64     // bytes, of all connections
	Received int64
}

// Count is what became of the requests of one Action.
type Count struct {
	Requests   int64
	Values     map[int]int64 // replies by returnValue
	Unanswered int64         // also when they were sent again
	Latency    Histogram     // from when a request was due until its reply was read
	Sent       int64         // bytes of the body
	Received   int64         // bytes of the reply's body, as it came
}

func newTally() *Tally { return &Tally{Actions: map[string]*Count{}} }

func (t *Tally) of(action string) *Count {
	c := t.Actions[action]
	if c == nil {
		c = &Count{Values: map[int]int64{}}
		t.Actions[action] = c
	}
	return c
}

// merge adds what another has counted.
func (t *Tally) merge(other *Tally) {
	for action, theirs := range other.Actions {
		ours := t.of(action)
		ours.Requests += theirs.Requests
		for value, n := range maps.All(theirs.Values) {
			ours.Values[value] += n
		}
		ours.Unanswered += theirs.Unanswered
		ours.Latency.Merge(&theirs.Latency)
		ours.Sent += theirs.Sent
		ours.Received += theirs.Received
	}
	t.Lag.Merge(&other.Lag)
	t.Wait.Merge(&other.Wait)
	t.Fresh += other.Fresh
	t.Resent += other.Resent
	t.Sent += other.Sent
	t.Received += other.Received
}
