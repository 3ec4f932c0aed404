package monitoring_test

import (
	"slices"
	"strings"
	"testing"
)

// began is the minute when something goes wrong.
const began = 90

// fault is something that goes wrong in minute began, and what has to be known of it by whom.
type fault struct {
	breaks  func(*world)
	minutes int      // after which
	fires   []string // exactly these
	tells   []string // somewhere in their texts
}

func TestEachFaultIsToldWithItsCauseAndForWhom(t *testing.T) {
	for name, f := range faults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := healthy(began + f.minutes)
			f.breaks(w)
			fires, texts := []string{}, ""
			last, _ := w.play(t, began-12, max(1, f.minutes/60))
			for _, a := range last {
				fires = append(fires, a.String())
				texts += a.Description + "\n"
				if a.Since < began {
					t.Errorf("%s is active since minute %d, and nothing was wrong before %d", a, a.Since, began)
				}
			}
			slices.Sort(f.fires)
			if !slices.Equal(fires, f.fires) {
				t.Errorf("fires:\n  %s\nwant:\n  %s", strings.Join(fires, "\n  "), strings.Join(f.fires, "\n  "))
			}
			for _, tell := range f.tells {
				if !strings.Contains(texts, tell) {
					t.Errorf("nobody says %q in\n%s", tell, texts)
				}
			}
		})
	}
}

func faults() map[string]fault {
	return map[string]fault{
		"the live platform refuses the key": {
			breaks: func(w *world) {
				for minute := began; minute <= w.minutes; minute++ {
					w.gauge("xzb_platform_poll_latest_seconds", "gateway-6d4-a").at(minute, 60*began)
				}
				w.counter("xzb_platform_calls_total", "gateway-6d4-a", "xzb_platform_call", "list", "xzb_platform_outcome", "answered").at(began, 0)
				w.counter("xzb_platform_calls_total", "gateway-6d4-a", "xzb_platform_call", "list", "xzb_platform_outcome", "refused").at(0, 0).at(began, 1)
			}, minutes: 8,
			fires: []string{"XiaozhiboPlatformNotAsked warning "},
			tells: []string{"live-xiaozhibo-ops in live has had an answer to five polls", "What became of the calls that failed: refused,"},
		},
		"the room service is away": {
			breaks: func(w *world) { w.roomIsAway(began) }, minutes: 12,
			fires: []string{
				"XiaozhiboErrorBudgetBurn critical long=1h short=5m xzb_action=EnterGroup",
				"XiaozhiboErrorBudgetBurn critical long=1h short=5m xzb_action=QuitGroup",
				"XiaozhiboErrorBudgetBurn critical long=1h short=5m xzb_action=FetchGroupMemberList",
				"XiaozhiboServiceUnreachable warning server_address=room",
				"XiaozhiboAnswersDegraded warning xzb_missing=viewers",
				"XiaozhiboPodNotScraped warning pod=live-xiaozhibo-room-0",
			},
			tells: []string{
				"EnterGroup fails through us", "Kinds of failure now: unavailable,", "services that fail: room (unavailable),", "stores that fail: none,",
				"The room service does not answer its gateway", "because a service is unavailable: ", " EnterGroup,", " FetchGroupMemberList,", " QuitGroup,",
				"Clients see 0 viewers", "live-xiaozhibo-room-0 does not answer Prometheus",
			},
		},
		"Redis is away": {
			breaks: redisIsAway, minutes: 8,
			fires: append(burning("1h", "5m", actions...),
				"XiaozhiboRedisUnreachable warning ",
				"XiaozhiboStoreFailing warning db_namespace=stream db_system_name=redis",
				"XiaozhiboStoreFailing warning db_namespace=counter db_system_name=redis",
				"XiaozhiboStoreFailing warning db_namespace=room db_system_name=redis",
				"XiaozhiboStoreFailing warning db_namespace=signing db_system_name=redis"),
			tells: []string{"Redis does not answer: 100% of the operations of live-xiaozhibo-ops fail", " counter (storage),", " room (storage),", " signing (storage),", " stream (storage),"},
		},
		"the disk of the counter is full": {
			breaks: func(w *world) {
				for _, pod := range []string{"gateway-6d4-a", "gateway-6d4-b"} {
					w.fails(pod, "ChangeCount", "2003", "storage", began, 1)
					w.counter("rpc_client_call_duration_seconds_count", pod, "server_address", "counter", "error_type", "storage").at(0, 0).at(began, 300)
				}
				w.counter("db_client_operation_duration_seconds_count", "counter-0", "db_namespace", "counter", "db_system_name", "bbolt", "db_operation_name", "commit", "error_type", "storage").at(0, 0).at(began, 300)
			}, minutes: 12,
			fires: append(burning("1h", "5m", "ChangeCount"), "XiaozhiboStoreFailing warning db_namespace=counter db_system_name=bbolt"),
			tells: []string{"Kinds of failure now: storage,", "stores that fail: counter (storage),", "The counter service cannot store", "commit (storage),"},
		},
		"one request in a hundred fails for six hours": {
			breaks: func(w *world) { w.fails("gateway-6d4-a", "FetchList", "4000", "internal", began, 0.02) }, minutes: 360,
			fires: append(burning("6h", "30m", "FetchList"), "XiaozhiboErrorBudgetBurn warning long=3d short=6h xzb_action=FetchList"),
			tells: []string{"Kinds of failure now: internal,"},
		},
		"every list takes longer than half a second": {
			breaks: func(w *world) {
				for _, pod := range []string{"gateway-6d4-a", "gateway-6d4-b"} {
					w.answerIn(pod, "FetchList", "0", "", 600, 0, began)
				}
			}, minutes: 12 + 8,
			fires: []string{"XiaozhiboLatencyBudgetBurn critical long=1h short=5m xzb_action=FetchList"},
			tells: []string{"FetchList is slow", "longer than 0.5 s", "99 % within 0.5 s"},
		},
		"no gateway can be scraped": {
			breaks: func(w *world) {
				for _, pod := range []string{"gateway-6d4-a", "gateway-6d4-b"} {
					w.gauge("up", pod).at(began, 0)
				}
			}, minutes: 6,
			fires: []string{
				"XiaozhiboGatewayMissing critical ",
				"XiaozhiboPodNotScraped warning pod=live-xiaozhibo-gateway-6d4-a", "XiaozhiboPodNotScraped warning pod=live-xiaozhibo-gateway-6d4-b",
			},
			tells: []string{"No gateway of live-xiaozhibo-ops in live answers"},
		},
		"there is no gateway any more": {
			breaks: func(w *world) {
				for _, pod := range []string{"gateway-6d4-a", "gateway-6d4-b"} {
					w.gauge("up", pod).at(began, gone)
				}
			}, minutes: 12, // it takes five minutes to be missed
			fires: []string{"XiaozhiboGatewayMissing critical "},
		},
		"one of two gateways hangs": {
			breaks: func(w *world) { w.gauge("up", "gateway-6d4-a").at(began, 0) }, minutes: 6,
			fires: []string{"XiaozhiboPodNotScraped warning pod=live-xiaozhibo-gateway-6d4-a"},
		},
		"a gateway has all connections there may be": {
			breaks: func(w *world) {
				w.gauge("xzb_connections", "gateway-6d4-a").at(0, 900).at(began, 10000)
				w.counter("xzb_connections_refused_total", "gateway-6d4-a", "xzb_limit", "total").at(0, 0).at(began, 300)
			}, minutes: 12,
			fires: []string{"XiaozhiboConnectionsRefused warning "},
			tells: []string{"Gateways of live-xiaozhibo-ops close new connections", "live-xiaozhibo-gateway-6d4-a (10000),"},
		},
		"bots enter from one address": {
			breaks: func(w *world) {
				w.counter("xzb_fairuse_refusals_total", "gateway-6d4-a", "xzb_limit", "max_users_per_address").at(0, 0).at(began, 300)
				w.counter("xzb_fairuse_refusals_total", "gateway-6d4-a", "xzb_limit", "max_rooms_per_address").at(0, 0).at(began, 1)
			}, minutes: 40,
			fires: []string{"XiaozhiboFairUseRefusing warning xzb_limit=max_users_per_address"},
			tells: []string{"The limit max_users_per_address refuses what clients of live-xiaozhibo-ops send", "are answered 4003"},
		},
		"somebody likes without end": {
			breaks: func(w *world) {
				w.counter("xzb_fairuse_refusals_total", "gateway-6d4-b", "xzb_limit", "max_likes_per_client").at(0, 0).at(began, 3000)
			}, minutes: 40,
			fires: []string{"XiaozhiboFairUseRefusing warning xzb_limit=max_likes_per_client"},
			tells: []string{"Those likes are not counted"},
		},
		"more want to read than may": {
			breaks: func(w *world) {
				w.gauge("xzb_events_readers", "gateway-6d4-a").at(0, 900).at(began, 2000)
				w.counter("xzb_events_refused_total", "gateway-6d4-a", "http_response_status_code", "503").at(0, 0).at(began, 60)
			}, minutes: 12,
			fires: []string{"XiaozhiboReadersRefused warning "},
			tells: []string{"Readers of /events of live-xiaozhibo-ops are sent away", "live-xiaozhibo-gateway-6d4-a (2000),"},
		},
		"the receiver of webhooks is down": {
			breaks: func(w *world) {
				w.gauge("xzb_webhook_oldest_seconds", "gateway-6d4-a").at(0, 0).at(began, 1200)
				w.gauge("xzb_webhook_pending", "gateway-6d4-a").at(0, 0).at(began, 1000)
				w.counter("xzb_webhook_attempts_total", "gateway-6d4-a", "xzb_outcome", "down").at(0, 0).at(began, 60)
			}, minutes: 12,
			fires: []string{"XiaozhiboWebhooksWaiting warning "},
			tells: []string{"Webhooks of live-xiaozhibo-ops are not taken", "Waiting: 1000,", "attempts: down,"},
		},
		"webhooks are given up": {
			breaks: func(w *world) {
				w.counter("xzb_webhook_dead_total", "gateway-6d4-a", "xzb_webhook_type", "session.ended").at(0, 0).at(began, 10)
			}, minutes: 12,
			fires: []string{"XiaozhiboWebhooksLost warning "},
			tells: []string{"Webhooks of live-xiaozhibo-ops are given up"},
		},
		"the platform has another callback key": {
			breaks: func(w *world) {
				w.counter("xzb_events_total", "gateway-6d4-a", "xzb_event_type", "push", "http_response_status_code", "200", "xzb_event_verdict", "applied").at(began, 0)
				w.counter("xzb_events_total", "gateway-6d4-b", "xzb_event_type", "push", "http_response_status_code", "200", "xzb_event_verdict", "applied").at(began, 0)
				w.counter("xzb_events_total", "gateway-6d4-a", "xzb_event_type", "push", "http_response_status_code", "403", "xzb_event_verdict", "").at(began, 24)
			}, minutes: 20,
			fires: []string{"XiaozhiboEventsRefused warning "},
			tells: []string{"their sign is wrong"},
		},
		"the IM service signs with another token": {
			breaks: func(w *world) {
				for _, verdict := range []string{"applied", "repeated", "late"} {
					w.counter("xzb_events_total", "gateway-6d4-a", "xzb_event_type", "im_state", "http_response_status_code", "200", "xzb_event_verdict", verdict).at(began, 0)
				}
				w.counter("xzb_events_total", "gateway-6d4-a", "xzb_event_type", "im_state", "http_response_status_code", "403", "xzb_event_verdict", "").at(began, 24)
			}, minutes: 20,
			fires: []string{"XiaozhiboPresenceRefused warning "},
			tells: []string{"app, token or clock differ"},
		},
		"the VOD service has another token in its URL": {
			breaks: func(w *world) {
				w.counter("xzb_events_total", "gateway-6d4-a", "xzb_event_type", "vod_other", "http_response_status_code", "403", "xzb_event_verdict", "").at(began, 1)
			}, minutes: 20,
			fires: []string{"XiaozhiboDeletionsRefused warning "},
			tells: []string{"the token in their URL is wrong"},
		},
		"the IM service's callbacks wait in a queue": {
			breaks: func(w *world) {
				w.counter("xzb_events_total", "gateway-6d4-a", "xzb_event_type", "im_state", "http_response_status_code", "200", "xzb_event_verdict", "late").at(began, 30)
			}, minutes: 25,
			fires: []string{"XiaozhiboPresenceLate warning "},
			tells: []string{"come too late to mean anything"},
		},
		"a proxy before /events buffers": {
			breaks: func(w *world) {
				w.counter("xzb_events_ended_total", "gateway-6d4-b", "xzb_reason", "slow").at(began, 30)
			}, minutes: 20,
			fires: []string{"XiaozhiboReadersCut warning "},
			tells: []string{"Readers of /events of live-xiaozhibo-ops are cut", "cut the most: live-xiaozhibo-gateway-6d4-b,"},
		},
		"more is asked of the platform than the budget allows": {
			breaks: func(w *world) {
				w.counter("xzb_platform_calls_total", "gateway-6d4-a", "xzb_platform_call", "state", "xzb_platform_outcome", "spent").at(0, 0).at(began, 30)
			}, minutes: 20,
			fires: []string{"XiaozhiboPlatformBudgetSpent warning xzb_platform_outcome=spent"},
			tells: []string{"platform.budget had no call left"},
		},
		"somebody else asks the platform with the same account": {
			breaks: func(w *world) {
				w.counter("xzb_platform_calls_total", "gateway-6d4-a", "xzb_platform_call", "state", "xzb_platform_outcome", "limited").at(0, 0).at(began, 30)
			}, minutes: 20,
			fires: []string{"XiaozhiboPlatformBudgetSpent warning xzb_platform_outcome=limited"},
			tells: []string{"the platform said that it is asked too often"},
		},
		"more want to push than may": {
			breaks: func(w *world) {
				w.gauge("xzb_media_pushes", "media-0").at(began, 100)
				w.counter("xzb_media_refused_total", "media-0", "xzb_reason", "limit").at(began, 6)
			}, minutes: 10,
			fires: []string{"XiaozhiboMediaFull warning "},
			tells: []string{"has as many pushes as it may", "Pushed are 100."},
		},
		"the media server signs events with another key": {
			breaks: func(w *world) {
				w.counter("xzb_media_events_total", "media-0", "xzb_event_type", "pushed", "xzb_outcome", "answered").at(began, 0)
				w.counter("xzb_media_events_total", "media-0", "xzb_event_type", "pushed", "xzb_outcome", "not_answered").at(began, 6)
			}, minutes: 20,
			fires: []string{"XiaozhiboMediaEventsUndelivered critical xzb_event_type=pushed"},
			tells: []string{"cannot tell the gateway what was pushed"},
		},
		"the disk of recordings is full": {
			breaks: func(w *world) {
				w.counter("xzb_media_recordings_lost_total", "media-0").at(began, 1)
			}, minutes: 10,
			fires: []string{"XiaozhiboRecordingsFailing warning "},
			tells: []string{"The media server of live-xiaozhibo-ops loses recordings"},
		},
		"recordings cannot be stored": {
			breaks: func(w *world) {
				w.counter("xzb_events_total", "gateway-6d4-a", "xzb_event_type", "recording", "http_response_status_code", "500", "xzb_event_verdict", "").at(0, 0).at(began, 2)
				w.counter("rpc_client_call_duration_seconds_count", "gateway-6d4-a", "server_address", "stream", "error_type", "storage").at(0, 0).at(began, 2)
			}, minutes: 8,
			fires: []string{"XiaozhiboEventsNotApplied critical xzb_event_type=recording"},
			tells: []string{"Events of type recording fail: 100% of them", "Services that fail: stream (storage),"},
		},
		"the login server signs with a key that nobody knows": {
			breaks: func(w *world) {
				for _, action := range []string{"RequestLVBAddr", "EnterGroup"} {
					w.answer("gateway-6d4-a", action, "4004", "", 0, 0)
					w.answer("gateway-6d4-a", action, "4004", "", 600, began)
					w.counter("xzb_auth_refusals_total", "gateway-6d4-a", "xzb_action", action, "xzb_auth_mode", "require", "xzb_reason", "unknown_key").at(0, 0).at(began, 600)
				}
			}, minutes: 20,
			fires: []string{"XiaozhiboProofsRefused warning xzb_auth_mode=require"},
			tells: []string{"(auth: require)", "Reasons: unknown_key,", " EnterGroup,", " RequestLVBAddr,"},
		},
		"a pod dies again and again": {
			breaks: func(w *world) {
				for i := range 4 {
					w.gauge("process_start_time_seconds", "stream-0").at(began+5*i, float64(5400+300*i))
				}
			}, minutes: 20,
			fires: []string{"XiaozhiboPodRestarts warning pod=live-xiaozhibo-stream-0"},
			tells: []string{"live-xiaozhibo-stream-0 restarted 4 times"},
		},
	}
}

func TestEveryAlertHasAFaultThatItFiresOn(t *testing.T) {
	fires := map[string]bool{}
	for _, f := range faults() {
		for _, a := range f.fires {
			name, _, _ := strings.Cut(a, " ")
			fires[name] = true
		}
	}
	for _, rule := range everyRule(t) {
		if rule.Alert != "" && !fires[rule.Alert] {
			t.Errorf("no fault makes %s fire", rule.Alert)
		}
	}
}

// fails has part of the good answers of an Action fail from a minute on.
func (w *world) fails(pod, action, returnValue, errorType string, from int, part float64) {
	w.answer(pod, action, returnValue, errorType, 0, 0)
	w.answer(pod, action, returnValue, errorType, 600*part, from)
	w.answer(pod, action, "0", "", 600*(1-part), from)
}

func (w *world) roomIsAway(from int) {
	for _, pod := range []string{"gateway-6d4-a", "gateway-6d4-b"} {
		for _, action := range []string{"EnterGroup", "QuitGroup", "FetchGroupMemberList"} {
			w.fails(pod, action, "3000", "unavailable", from, 1)
		}
		w.counter("rpc_client_call_duration_seconds_count", pod, "server_address", "room", "error_type", "unavailable").at(0, 0).at(from, 900)
		w.counter("rpc_client_call_duration_seconds_count", pod, "server_address", "room", "rpc_response_status_code", "ok").at(from, 0)
		w.counter("xzb_degraded_total", pod, "xzb_missing", "viewers").at(0, 0).at(from, 600)
		w.gauge("xzb_upstream_breaker_open", pod, "server_address", "room").at(from, 1)
	}
	w.gauge("up", "room-0").at(from, 0)
	w.gauge("process_start_time_seconds", "room-0").at(from, gone)
}

func redisIsAway(w *world) {
	for _, pod := range []string{"gateway-6d4-a", "gateway-6d4-b"} {
		for _, action := range actions {
			w.fails(pod, action, "2003", "storage", began, 1)
		}
	}
	for _, service := range services {
		w.counter("db_client_operation_duration_seconds_count", service+"-0", "db_namespace", service, "db_system_name", "bbolt", "db_operation_name", "commit").at(0, 0)
		operations := []string{"db_namespace", service, "db_system_name", "redis", "db_operation_name", "pipeline"}
		w.counter("db_client_operation_duration_seconds_count", service+"-0", operations...).at(0, 300).at(began, 0)
		w.counter("db_client_operation_duration_seconds_count", service+"-0", append(operations, "error_type", "storage")...).at(0, 0).at(began, 300)
	}
}
