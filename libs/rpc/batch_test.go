package rpc_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/rpc"
)

// word is an item that cannot be empty.
type word string

func (w word) Check() error {
	if w == "" {
		return apierr.New(apierr.Invalid, "a word must not be empty")
	}
	return nil
}

// lengths is a server without a network: it answers words with their lengths,
// each request when the test lets it go.
type lengths struct {
	requests [][]word // begun, in order
	gate     chan struct{}
	tooLong  int // requests of so many words or more have too long a reply; 0 is none
	status   int // of every reply; 0 is success
}

// atOnce returns lengths that wait for nothing.
func atOnce() *lengths {
	gate := make(chan struct{})
	close(gate)
	return &lengths{gate: gate}
}

func (l *lengths) client() *rpc.Client {
	return rpc.NewClient("http://words", &http.Client{Transport: l})
}

func (l *lengths) RoundTrip(req *http.Request) (*http.Response, error) {
	var words []word
	if err := json.NewDecoder(req.Body).Decode(&words); err != nil {
		return nil, err
	}
	l.requests = append(l.requests, words)
	<-l.gate
	found := make([]int, len(words))
	for i, w := range words {
		found[i] = len(w)
	}
	reply, err := json.Marshal(found)
	if l.tooLong > 0 && len(words) >= l.tooLong {
		reply = bytes.Repeat([]byte(" "), rpc.MaxBody+1)
	}
	status := http.StatusOK
	if l.status != 0 {
		status, reply = l.status, []byte(`{"code":"storage","message":"storage failed"}`)
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(bytes.NewReader(reply))}, err
}

func TestCallsThatWaitTravelTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &lengths{gate: make(chan struct{})}
		batch := rpc.NewBatch[word, int](server.client(), "words.Length")
		defer batch.Close()

		for _, words := range [][]word{{"a"}, {"bb", "ccc"}, {"bb"}, {"dddd"}} {
			go func() {
				got, err := combine.All(batch.Do(t.Context(), words))
				for i, w := range words {
					if err != nil || got[i] != len(w) {
						t.Errorf("Do(%q) = %v, %v", words, got, err)
						return
					}
				}
			}()
			synctest.Wait()
		}
		close(server.gate)
		synctest.Wait()
		wantRequests(t, server, []word{"a"}, []word{"bb", "ccc", "bb", "dddd"})
	})
}

func TestIdenticalReadsAreSentOnceAndIdenticalWritesAsOftenAsTheyCome(t *testing.T) {
	words := []word{"a", "bb", "a"}
	tests := map[string]struct {
		open func(*rpc.Client, string) rpc.Batch[word, int]
		want []word
	}{
		"reads":  {rpc.NewReads[word, int], []word{"a", "bb"}},
		"writes": {rpc.NewBatch[word, int], words},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := atOnce()
			batch := test.open(server.client(), "words.Length")
			defer batch.Close()
			got, err := combine.All(batch.Do(t.Context(), words))
			if err != nil || !reflect.DeepEqual(got, []int{1, 2, 1}) {
				t.Errorf("Do = %v, %v", got, err)
			}
			wantRequests(t, server, test.want)
		})
	}
}

func TestItemsAreCheckedBeforeTheyJoinOthers(t *testing.T) {
	server := atOnce()
	batch := rpc.NewBatch[word, int](server.client(), "words.Length")
	defer batch.Close()
	got := batch.Do(t.Context(), []word{"a", "", "bb"})
	if len(got) != 3 || apierr.CodeOf(got[1].Err) != apierr.Invalid {
		t.Errorf("Do = %v, want %s for the empty word", got, apierr.Invalid)
	}
	if got[0] != (combine.Result[int]{Value: 1}) || got[2] != (combine.Result[int]{Value: 2}) {
		t.Errorf("Do = %v, want the lengths of the others", got)
	}
	wantRequests(t, server, []word{"a", "bb"})
}

func TestTheServicesErrorIsTheErrorOfTheWholeBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &lengths{gate: make(chan struct{}), status: http.StatusInternalServerError}
		batch := rpc.NewReads[word, int](server.client(), "words.Length")
		defer batch.Close()
		for range 3 {
			go func() {
				if got, err := combine.All(batch.Do(t.Context(), []word{"a"})); got != nil || apierr.CodeOf(err) != apierr.Storage {
					t.Errorf("Do = %v, %v; want %s", got, err, apierr.Storage)
				}
			}()
			synctest.Wait()
		}
		close(server.gate)
		synctest.Wait()
		wantRequests(t, server, []word{"a"}, []word{"a"})
	})
}

func TestReadsWhoseReplyIsTooLongAreAskedForInHalves(t *testing.T) {
	server := atOnce()
	server.tooLong = 3
	batch := rpc.NewReads[word, int](server.client(), "words.Length")
	defer batch.Close()
	got, err := combine.All(batch.Do(t.Context(), []word{"a", "bb", "ccc", "dddd", "eeeee"}))
	if err != nil || !reflect.DeepEqual(got, []int{1, 2, 3, 4, 5}) {
		t.Errorf("Do = %v, %v", got, err)
	}
	wantRequests(t, server,
		[]word{"a", "bb", "ccc", "dddd", "eeeee"},
		[]word{"a", "bb"},
		[]word{"ccc", "dddd", "eeeee"}, []word{"ccc"}, []word{"dddd", "eeeee"})
}

func TestWhatCannotBeHalvedIsUnavailable(t *testing.T) {
	tests := map[string]struct {
		open  func(*rpc.Client, string) rpc.Batch[word, int]
		words []word
	}{
		"one read": {rpc.NewReads[word, int], []word{"a"}},
		"writes":   {rpc.NewBatch[word, int], []word{"a", "bb"}}, // they have been carried out
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := atOnce()
			server.tooLong = 1
			batch := test.open(server.client(), "words.Length")
			defer batch.Close()
			if got, err := combine.All(batch.Do(t.Context(), test.words)); got != nil || apierr.CodeOf(err) != apierr.Unavailable {
				t.Errorf("Do = %v, %v; want %s", got, err, apierr.Unavailable)
			}
			wantRequests(t, server, test.words)
		})
	}
}

func TestAFullBatchOfTheLargestItemsCanBeSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const callers = 600
		server := &lengths{gate: make(chan struct{})}
		batch := rpc.NewBatch[word, int](server.client(), "words.Length")
		defer batch.Close()
		largest := word(strings.Repeat("<", 5000)) // JSON makes \u003c of it
		send := func() {
			if _, err := combine.All(batch.Do(t.Context(), []word{largest})); err != nil {
				t.Errorf("Do: %v", err)
			}
		}
		go send()
		synctest.Wait()
		for range callers {
			go send()
		}
		synctest.Wait()
		close(server.gate)
		synctest.Wait()
		if len(server.requests) < 2 || len(server.requests[1]) < 500 {
			t.Error("there was no full batch")
		}
	})
}

func TestAClosedBatchIsUnavailable(t *testing.T) {
	server := atOnce()
	batch := rpc.NewBatch[word, int](server.client(), "words.Length")
	batch.Close()
	if _, err := combine.All(batch.Do(t.Context(), []word{"a"})); !errors.Is(err, combine.ErrClosed) {
		t.Errorf("Do: %v, want %v", err, combine.ErrClosed)
	}
	wantRequests(t, server)
}

func wantRequests(t *testing.T, server *lengths, want ...[]word) {
	t.Helper()
	if !reflect.DeepEqual(server.requests, want) {
		t.Errorf("requests %q, want %q", server.requests, want)
	}
}
