package action_test

import (
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"testing"
	"time"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/auth/authtest"
	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/telemetry/telemetrytest"
)

// harms are what a stranger can do to tom, and to everybody, as long as nobody has
// to prove who he is; and whose proof is asked for with auth: require, "" for that
// of anybody.
var harms = []struct {
	name    string
	request object
	takes   string
}{
	{"the victim's push URL", object{"Action": "RequestLVBAddr", "userid": "tom", "groupid": "g1", "title": "t"}, "tom"},
	{"a session in the victim's place", object{"Action": "RequestLVBAddr", "userid": "tom", "groupid": "other", "title": "t"}, "tom"},
	{"the victim's room ended", object{"Action": "ChangeStatus", "userid": "tom", "status": 1}, "tom"},
	{"an upload signature", object{"Action": "GetCOSSign"}, ""},
	{"a room of a made-up user", object{"Action": "RequestLVBAddr", "userid": "bot1", "groupid": "g", "title": "t"}, "bot1"},
	{"that room listed", object{"Action": "ChangeStatus", "userid": "ann", "status": 0}, "ann"},
	{"likes", object{"Action": "ChangeCount", "userid": "tom", "type": 1, "optype": 0, "flag": 0}, ""},
	{"likes taken away", object{"Action": "ChangeCount", "userid": "tom", "type": 1, "optype": 1, "flag": 0}, ""},
	{"a viewer who is none", object{"Action": "EnterGroup", "userid": "bot1", "liveuserid": "tom", "groupid": "g1", "flag": 0}, "bot1"},
	{"a viewer thrown out", object{"Action": "QuitGroup", "userid": "v1", "liveuserid": "tom", "groupid": "g1", "flag": 0}, "v1"},
}

// readings are open unless auth_reads is set.
var readings = []string{"FetchList", "FetchGroupMemberList", "GetUserInfo"}

func TestWhatAStrangerCouldDoIsRefusedAndHasNoEffect(t *testing.T) {
	serve, effects := askingServer(t, auth.Require)
	for _, harm := range harms {
		serve.says(t, harm.name+", without a proof", harm.request, "", envelope.NotAllowed)
		if harm.takes != "" {
			serve.says(t, harm.name+", as somebody else", harm.request, "mallory", envelope.NotAllowed)
		}
		if *effects != 0 {
			t.Fatalf("%s: %d effects of what was refused", harm.name, *effects)
		}
		allowed := harm.takes
		if allowed == "" {
			allowed = "anybody"
		}
		serve.says(t, harm.name+", by whom it is for", harm.request, allowed, envelope.OK)
		if *effects == 0 {
			t.Errorf("%s: no effect of what was allowed", harm.name)
		}
		*effects = 0
	}
	for _, name := range readings {
		serve.says(t, name+", without a proof", with(name, "Action", name), "", envelope.OK)
	}
}

func TestReadsCanBeClosedToo(t *testing.T) {
	serve, _ := askingServer(t, auth.Require, func(c *auth.Config) { c.Reads = true })
	for _, name := range readings {
		serve.says(t, name+", without a proof", with(name, "Action", name), "", envelope.NotAllowed)
		serve.says(t, name+", as anybody", with(name, "Action", name), "mallory", envelope.OK)
	}
}

func TestToObserveCarriesOutEverythingAndCountsWhatRequireWouldRefuse(t *testing.T) {
	recorder := telemetrytest.New()
	serve, effects := askingServerOn(t, auth.Observe, recorder)
	want := map[string]int{}
	for _, harm := range harms {
		name, _ := harm.request["Action"].(string)
		serve.says(t, harm.name+", without a proof", harm.request, "", envelope.OK)
		want["xzb.auth.refusals xzb.action="+name+" xzb.auth.mode=observe xzb.reason=missing"]++
		serve.says(t, harm.name+", as somebody else", harm.request, "mallory", envelope.OK)
		if harm.takes != "" {
			want["xzb.auth.refusals xzb.action="+name+" xzb.auth.mode=observe xzb.reason=not_own"]++
		}
	}
	if *effects != 2*len(harms) {
		t.Errorf("%d effects of %d requests", *effects, 2*len(harms))
	}
	got := recorder.Values(t)
	maps.DeleteFunc(got, func(key string, _ int) bool { return key[:8] != "xzb.auth" })
	if !maps.Equal(got, want) {
		t.Errorf("counted %v, want %v", got, want)
	}
}

// A proof is asked for of every Action but those that are known to be harmless.
func TestEveryActionHasItsDemand(t *testing.T) {
	serve, _ := askingServer(t, auth.Require)
	for name := range requests {
		want := envelope.NotAllowed
		if slices.Contains(readings, name) {
			want = envelope.OK
		}
		serve.says(t, name, with(name, "Action", name), "", want)
	}
}

// What is wrong with a request is told to who may send it, and a proof does not
// hide it.
func TestAMistakeIsToldAsWithoutAuth(t *testing.T) {
	serve, _ := askingServer(t, auth.Require)
	for name, fields := range requests {
		for field := range fields {
			serve.says(t, name+" without "+field, with(name, field, absent), "v", codeFor(name, field))
		}
	}
	serve.says(t, "an unknown Action", object{"Action": "Nothing"}, "", envelope.BadParam)
}

// codeFor is what v gets, whose proof is right, for a request without field.
func codeFor(name, field string) envelope.Code {
	if user, own := requests[name]["userid"]; own && user != "v" && field != "userid" && (name == "RequestLVBAddr" || name == "ChangeStatus") {
		return envelope.NotAllowed // it is not his
	}
	return envelope.BadParam
}

type askingActions struct{ *action.Actions }

func askingServer(t *testing.T, mode string, change ...func(*auth.Config)) (askingActions, *int) {
	t.Helper()
	return askingServerOn(t, mode, telemetrytest.New(), change...)
}

// askingServerOn returns Actions that ask, and the number of their effects.
func askingServerOn(t *testing.T, mode string, recorder *telemetrytest.Recorder, change ...func(*auth.Config)) (askingActions, *int) {
	t.Helper()
	fakes, effects := gatewaytest.World(), new(int)
	countEffects(fakes, effects)
	actions := newActions(t, fakes, slog.New(slog.DiscardHandler))
	t.Cleanup(actions.Close)
	c := auth.Config{Mode: mode, JWT: auth.JWTConfig{Key: config.Secret{Value: authtest.Secret}}}
	for _, alter := range change {
		alter(&c)
	}
	gate, err := auth.New(c, time.Now, recorder.Scope())
	if err != nil {
		t.Fatal(err)
	}
	actions.Ask(gate)
	return askingActions{actions}, effects
}

// countEffects counts what is written or signed.
func countEffects(fakes gatewaytest.Fakes, effects *int) {
	fakes.Stream.OpenFunc = counted(effects, fakes.Stream.OpenFunc)
	fakes.Counter.AddFunc = counted(effects, fakes.Counter.AddFunc)
	fakes.Room.EnterFunc = countedWrites(effects, fakes.Room.EnterFunc)
	fakes.Room.QuitFunc = countedWrites(effects, fakes.Room.QuitFunc)
	status, upload := fakes.Stream.SetStatusFunc, fakes.Signing.UploadFunc
	fakes.Stream.SetStatusFunc = func(s streams.Status) error { *effects++; return status(s) }
	fakes.Signing.UploadFunc = func() (signatures.UploadSign, error) { *effects++; return upload() }
}

func counted[Q, R any](effects *int, carryOut func(Q) (R, error)) func(Q) (R, error) {
	return func(q Q) (R, error) { *effects++; return carryOut(q) }
}

// countedWrites is counted for what returns nothing but an error.
func countedWrites[Q any](effects *int, carryOut func(Q) error) func(Q) error {
	return func(q Q) error { *effects++; return carryOut(q) }
}

// says demands the code of a request that user proves to have sent, "" for nobody.
func (s askingActions) says(t *testing.T, what string, request object, user string, code envelope.Code) {
	t.Helper()
	request = maps.Clone(request)
	if user != "" {
		request["token"] = authtest.HS256(t, authtest.Claims(user, time.Now()))
	}
	body, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	outcome := s.Serve(t.Context(), body)
	if outcome.Code != code || outcome.Fault != "" {
		t.Errorf("%s is answered %s, want %d", what, outcome.Body, code)
	}
}
