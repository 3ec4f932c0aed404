package srs_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"xiaozhibo.dev/libs/platform"
	"xiaozhibo.dev/libs/platform/platformtest"
	"xiaozhibo.dev/libs/platform/srs"
	"xiaozhibo.dev/libs/telemetry"
)

// server plays the HTTP API of SRS.
type server struct {
	release  int // 4 to 7
	streams  []stream
	password string // "" for none
	kicked   []string
	fault    func(w http.ResponseWriter) bool
}

type stream struct {
	app, name string
	active    bool
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.fault != nil && s.fault(w) {
		return
	}
	if _, password, _ := r.BasicAuth(); password != s.password {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if client, found := strings.CutPrefix(r.URL.Path, "/api/v1/clients/"); found && r.Method == http.MethodDelete {
		s.kick(w, client)
		return
	}
	if r.Method != http.MethodGet || r.URL.Path != "/api/v1/streams/" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	start, _ := strconv.Atoi(r.FormValue("start"))
	count, _ := strconv.Atoi(r.FormValue("count"))
	if count = max(count, 10); s.release >= 7 {
		count, _ = strconv.Atoi(r.FormValue("count"))
	}
	rows := []any{}
	for i, one := range s.streams {
		if i < start || i >= start+count {
			continue
		}
		publish := map[string]any{"active": one.active}
		if one.active {
			publish["cid"] = fmt.Sprintf("c%d", i)
			if s.release < 4 {
				publish["cid"] = 100 + i
			}
		}
		rows = append(rows, map[string]any{"id": fmt.Sprintf("vid-%d", i), "name": one.name, "app": one.app, "vhost": "vid-0", "live_ms": 1, "publish": publish})
	}
	answer := map[string]any{"code": 0, "server": "vid-1", "service": "s", "pid": "1", "streams": rows}
	if s.release >= 7 {
		answer["total"] = len(s.streams)
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// kick ends the client that pushes. One that is not there is a code with status 200.
func (s *server) kick(w http.ResponseWriter, client string) {
	for i := range s.streams {
		if s.streams[i].active && (client == fmt.Sprintf("c%d", i) || client == strconv.Itoa(100+i)) {
			s.streams[i].active = false
			s.kicked = append(s.kicked, s.streams[i].name)
			_ = json.NewEncoder(w).Encode(map[string]any{"code": 0})
			return
		}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"code": 2049})
}

func connect(t *testing.T, s *server, password string) platform.Platform {
	t.Helper()
	caller, err := platform.NewCaller(platformtest.Transport{Handler: s}, 100, telemetry.Discard().Meter)
	if err != nil {
		t.Fatal(err)
	}
	return srs.New(srs.Config{URL: "http://srs:1985/", App: "live", Key: func() (string, string, error) {
		if password == "" {
			return "", "", nil
		}
		return "admin", password, nil
	}}, caller)
}

func TestWhatIsPushedIsListed(t *testing.T) {
	for _, release := range []int{3, 4, 5, 6, 7} {
		t.Run(strconv.Itoa(release), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{release: release, streams: []stream{
					{"live", "8888_tom", true}, {"live", "8888_ann", false}, {"other", "8888_bob", true}, {"live", "8888_tom", true},
				}}
				for i := range 100 { // more than the server's own page
					s.streams = append(s.streams, stream{"live", fmt.Sprint("8888_", i), true})
				}
				p := connect(t, s, "")
				list, err := p.Online(t.Context())
				if err != nil || !list.Whole || len(list.Streams) != 101 || list.Streams[0] != (platform.Stream{ID: "8888_tom"}) {
					t.Errorf("listed %v, %v", list, err)
				}
				for id, want := range map[string]platform.State{"8888_tom": platform.Online, "8888_ann": platform.Offline, "8888_bob": platform.Offline, "8888_99": platform.Online} {
					if state, err := p.State(t.Context(), id); state != want || err != nil {
						t.Errorf("%s is %s, %v, want %s", id, state, err, want)
					}
				}
				for range 2 {
					if err := p.Drop(t.Context(), "8888_99"); err != nil {
						t.Error(err)
					}
				}
				if len(s.kicked) != 1 || s.kicked[0] != "8888_99" {
					t.Errorf("kicked are %v", s.kicked)
				}
			})
		})
	}
}

func TestAListThatFillsItsPageIsNotWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{release: 6}
		for i := range 10_001 {
			s.streams = append(s.streams, stream{"live", fmt.Sprint("8888_", i), true})
		}
		p := connect(t, s, "")
		if list, err := p.Online(t.Context()); err != nil || list.Whole {
			t.Errorf("whole %t, %v", list.Whole, err)
		}
		if state, err := p.State(t.Context(), "8888_10000"); state != platform.Unknown || err == nil {
			t.Errorf("what is not on the page is %s, %v", state, err)
		}
	})
}

func TestAnAnswerWithoutAListIsAnError(t *testing.T) {
	for body, want := range map[string]platform.Outcome{
		``: platform.Unreadable, `[]`: platform.Unreadable, `{}`: platform.Unreadable, `{"code":0}`: platform.Unreadable,
		`{"streams":[]}`: platform.Unreadable, `{"code":100}`: platform.Failed, `{"code":0,"streams":{}}`: platform.Unreadable,
	} {
		synctest.Test(t, func(t *testing.T) {
			p := connect(t, &server{fault: func(w http.ResponseWriter) bool { _, _ = w.Write([]byte(body)); return true }}, "")
			if _, err := p.Online(t.Context()); platform.OutcomeOf(err) != want {
				t.Errorf("%q: %v, want %s", body, err, want)
			}
			if state, err := p.State(t.Context(), "8888_tom"); state != platform.Unknown || platform.OutcomeOf(err) != want {
				t.Errorf("%q: %s, %v, want %s", body, state, err, want)
			}
		})
	}
}

func TestThePasswordIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{release: 6, password: "hush", streams: []stream{{"live", "8888_tom", true}}}
		if list, err := connect(t, s, "hush").Online(t.Context()); err != nil || len(list.Streams) != 1 {
			t.Errorf("with it: %v, %v", list, err)
		}
		if _, err := connect(t, s, "").Online(t.Context()); platform.OutcomeOf(err) != platform.Refused {
			t.Errorf("without: %v", err)
		}
	})
}

func TestSRSCannotForbid(t *testing.T) {
	p := connect(t, &server{}, "")
	for _, err := range []error{p.Forbid(t.Context(), "8888_tom", 1, ""), p.Resume(t.Context(), "8888_tom")} {
		if platform.OutcomeOf(err) != platform.Unsupported {
			t.Error(err)
		}
	}
}
