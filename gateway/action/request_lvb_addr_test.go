package action_test

import (
	"fmt"
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/gateway/quota"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

func TestOnlyNewUsersCountAgainstAnAddress(t *testing.T) {
	fakes := gatewaytest.World()
	rooms := map[string]bool{"tom": true, "busy": true}
	fakes.Stream.OpenFunc = func(o streams.Opening) (streams.Opened, error) {
		isNew := !rooms[o.User]
		switch {
		case isNew && o.KnownOnly:
			return streams.Opened{}, apierr.New(apierr.TooMany, "too many new users from one address")
		case o.User == "busy":
			return streams.Opened{}, apierr.New(apierr.TooMany, "user busy has opened too many rooms within an hour")
		}
		rooms[o.User] = true
		return streams.Opened{New: isNew}, nil
	}
	actions := newActions(t, fakes, slog.New(slog.DiscardHandler))
	defer actions.Close()
	actions.NewAnchors = quota.New[netip.Prefix](quota.Limits{Max: 3, Window: time.Hour, Keys: 10}, time.Now)
	open := func(user, address string) envelope.Code {
		request := fmt.Sprintf(`{"Action":"RequestLVBAddr","userid":%q,"groupid":"g","title":"t"}`, user)
		return actions.Read([]byte(request)).Serve(t.Context(), netip.MustParsePrefix(address)).Code
	}
	const here, elsewhere = "192.0.2.1/32", "192.0.2.2/32"
	for i, step := range []struct {
		user, address string
		want          envelope.Code
	}{
		{"tom", here, envelope.OK}, {"busy", here, envelope.TooMany}, {"busy", here, envelope.TooMany}, {"busy", here, envelope.TooMany},
		{"a", here, envelope.OK}, {"a", here, envelope.OK}, {"b", here, envelope.OK}, {"busy", here, envelope.TooMany}, {"c", here, envelope.OK},
		{"d", here, envelope.TooMany}, {"d", here, envelope.TooMany}, {"a", here, envelope.OK}, {"d", elsewhere, envelope.OK}, {"d", here, envelope.OK},
	} {
		if got := open(step.user, step.address); got != step.want {
			t.Errorf("step %d: %s from %s is answered %d, want %d", i, step.user, step.address, got, step.want)
		}
	}
}
