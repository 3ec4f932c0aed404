package rpc_test

import (
	"net/http"
	"reflect"
	"testing"
	"testing/synctest"
	"time"
)

// anew closes each connection, so that each call dials.
func anew(w http.ResponseWriter, req *http.Request) {
	w.Header().Set("Connection", "close")
	well(w, req)
}

// turns tells how often each address was dialed, and forgets it.
func (s *site) turns() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	turns := map[string]int{}
	for _, address := range s.dialed {
		turns[address]++
	}
	s.dialed = nil
	return turns
}

func wantTurns(t *testing.T, site *site, want map[string]int) {
	t.Helper()
	if got := site.turns(); !reflect.DeepEqual(got, want) {
		t.Errorf("dialed %v, want %v", got, want)
	}
}

func TestAddressesAreTakenInTurn(t *testing.T) {
	tests := map[string][]string{
		"as listed":              {one, two, three},
		"those of a name":        {"notes:80"},
		"of a name and another":  {"pair:80", three},
		"of names that have two": {"notes:80", "pair:80", one},
	}
	for name, addresses := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				site := newSite()
				site.names["notes"] = []string{"10.0.0.1", "10.0.0.3", "10.0.0.2"}
				site.names["pair"] = []string{"10.0.0.2", "10.0.0.1"}
				for _, address := range []string{one, two, three} {
					site.run(t, address, anew)
				}
				wantCalls(t, site.client(t, addresses...), 12)
				wantTurns(t, site, map[string]int{one: 4, two: 4, three: 4})
			})
		})
	}
}

func TestNewCopiesOfANameAreFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := newSite()
		site.run(t, one, anew)
		site.run(t, two, anew)
		client := site.client(t, "notes:80")
		site.names["notes"] = []string{"10.0.0.1"}
		wantCalls(t, client, 4)
		wantTurns(t, site, map[string]int{one: 4})
		site.names["notes"] = []string{"10.0.0.1", "10.0.0.2"}
		wantCalls(t, client, 4)
		wantTurns(t, site, map[string]int{one: 2, two: 2})
	})
}

func TestCopiesAreReachedWhileNoNameServerAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := newSite()
		site.run(t, one, anew)
		client := site.client(t, "notes:80")
		site.names["notes"] = []string{"10.0.0.1"}
		wantCalls(t, client, 1)
		site.mute = true
		began := time.Now()
		wantCalls(t, client, 4)
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("4 calls took %v", took)
		}
		wantTurns(t, site, map[string]int{one: 5})

		<-time.After(time.Minute) // others may have that address by now
		wantUnavailable(t, client)
		wantTurns(t, site, map[string]int{})
		site.mute = false
		<-time.After(2 * time.Second)
		wantCalls(t, client, 1)
	})
}

func TestCopiesThatANameHasNoLongerAreNotRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := newSite()
		site.run(t, one, anew)
		client := site.client(t, "notes:80")
		site.names["notes"] = []string{"10.0.0.1"}
		wantCalls(t, client, 1)
		wantTurns(t, site, map[string]int{one: 1})
		site.names["notes"] = nil
		wantUnavailable(t, client)
		wantTurns(t, site, map[string]int{})
	})
}

func TestANameThatIsNotFoundLeavesTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := newSite()
		site.run(t, one, anew)
		wantCalls(t, site.client(t, "nowhere:80", one), 4)
		wantTurns(t, site, map[string]int{one: 4})
	})
}

func TestACopyThatDidNotAnswerIsAskedLastForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := newSite()
		failing := site.run(t, one, cutOff)
		site.run(t, two, anew)
		client := site.client(t, one, two)
		wantCalls(t, client, 8)
		if calls := failing.calls(); calls != 1 {
			t.Errorf("it was asked %d times", calls)
		}
		<-time.After(3 * time.Second)
		wantCalls(t, client, 2)
		if calls := failing.calls(); calls != 2 {
			t.Errorf("then it was asked %d times", calls-1)
		}
	})
}

func TestACopyThatCannotBeReachedIsAskedLastForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := newSite()
		site.run(t, one, anew)
		client := site.client(t, one, two) // where nobody is
		wantCalls(t, client, 2)
		if got := site.turns(); got[two] != 1 {
			t.Errorf("dialed %v", got)
		}
		wantCalls(t, client, 6)
		wantTurns(t, site, map[string]int{one: 6})
		<-time.After(3 * time.Second)
		site.run(t, two, anew)
		wantCalls(t, client, 4)
		wantTurns(t, site, map[string]int{one: 2, two: 2})
	})
}

func TestAnUpstreamIsReachedOverTheNetwork(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "localhost"} {
		t.Run(host, func(t *testing.T) { wantCalls(t, overNetwork(t, host), 3) })
	}
}
