package monitoring_test

import (
	"strings"
	"testing"
)

// Clients that send nonsense, ask for rooms that do not exist and forge events are no reason to wake anybody; nor is
// what happens in every roll-out.
func TestAHealthySystemIsQuiet(t *testing.T) {
	for name, change := range map[string]func(*world){
		"for three hours": func(*world) {},
		"while clients make ten times as many mistakes": func(w *world) {
			for _, action := range actions {
				w.answer("gateway-6d4-a", action, "1000", "", 1200, began)
				w.answer("gateway-6d4-a", action, "4003", "", 1200, began)
			}
		},
		"while one address has more connections than it may": func(w *world) {
			w.counter("xzb_connections_refused_total", "gateway-6d4-a", "xzb_limit", "total").at(0, 0).at(began, 2)
			w.counter("xzb_connections_refused_total", "gateway-6d4-a", "xzb_limit", "address").at(0, 0).at(began, 1200)
		},
		"while strangers try what takes a proof": func(w *world) {
			w.counter("xzb_auth_refusals_total", "gateway-6d4-a", "xzb_action", "ChangeStatus", "xzb_auth_mode", "require", "xzb_reason", "missing").at(0, 0).at(began, 5000)
			w.counter("xzb_auth_refusals_total", "gateway-6d4-a", "xzb_action", "ChangeStatus", "xzb_auth_mode", "require", "xzb_reason", "not_own").at(0, 0).at(began, 5000)
			w.counter("xzb_auth_refusals_total", "gateway-6d4-a", "xzb_action", "ChangeStatus", "xzb_auth_mode", "require", "xzb_reason", "malformed").at(0, 0).at(began, 100)
		},
		"while nobody comes": func(w *world) {
			for _, v := range w.series {
				if v.counter {
					v.at(began, 0)
				}
			}
		},
		"when a pod of a service on bbolt moves, for 5 s": func(w *world) {
			for _, action := range []string{"EnterGroup", "QuitGroup", "FetchGroupMemberList"} {
				w.answer("gateway-6d4-a", action, "3000", "unavailable", 0, 0)
				w.answer("gateway-6d4-a", action, "3000", "unavailable", 50, began)
				w.answer("gateway-6d4-a", action, "3000", "unavailable", 0, began+1)
			}
			w.counter("xzb_degraded_total", "gateway-6d4-a", "xzb_missing", "viewers").at(0, 0).at(began, 40).at(began+1, 0)
			w.gauge("xzb_upstream_breaker_open", "gateway-6d4-a", "server_address", "room").at(began, 1).at(began+1, 0)
			w.gauge("up", "room-0").at(began, 0).at(began+1, 1)
			w.gauge("process_start_time_seconds", "room-0").at(began, 5400)
		},
		"when all pods of the gateway are replaced": func(w *world) {
			for _, old := range []string{"gateway-6d4-a", "gateway-6d4-b"} {
				w.gauge("up", old).at(began, gone)
				w.gauge("up", strings.Replace(old, "6d4", "77f", 1)).at(began-1, 0).at(began, 1)
				w.gauge("process_start_time_seconds", old).at(began, gone)
				w.gauge("process_start_time_seconds", strings.Replace(old, "6d4", "77f", 1)).at(began, 5400)
			}
		},
		"when another copy asks the live platform": func(w *world) {
			for minute := began; minute <= w.minutes; minute++ {
				w.gauge("xzb_platform_poll_latest_seconds", "gateway-6d4-a").at(minute, 60*began)
				w.gauge("xzb_platform_poll_latest_seconds", "gateway-6d4-b").at(minute, float64(60*minute))
			}
		},
		"when the only visitor of the night meets one failure": func(w *world) {
			for _, v := range w.series {
				if v.counter {
					v.at(0, 0)
				}
			}
			w.answer("gateway-6d4-a", "EnterGroup", "0", "", 1, 0)
			w.answer("gateway-6d4-a", "EnterGroup", "3000", "unavailable", 0, 0)
			w.answer("gateway-6d4-a", "EnterGroup", "3000", "unavailable", 1, began)
			w.answer("gateway-6d4-a", "EnterGroup", "3000", "unavailable", 0, began+1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := healthy(180)
			change(w)
			_, ever := w.play(t, began-30, 1)
			for _, a := range ever {
				t.Errorf("fires %s since minute %d: %s", a, a.Since, a.Description)
			}
		})
	}
}
