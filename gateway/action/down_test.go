package action_test

import (
	"log/slog"
	"slices"
	"testing"

	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/apierr"
)

// downer is a fake of a service that can be down.
type downer interface{ Down(err error) }

func TestAServiceThatIsDownFailsTheActionsThatNeedItAndNoOther(t *testing.T) {
	down := apierr.New(apierr.Unavailable, "no answer")
	for name, test := range map[string]struct {
		of     func(gatewaytest.Fakes) downer
		needed []string
	}{
		"stream": {
			of: func(f gatewaytest.Fakes) downer { return f.Stream },
			needed: []string{
				"RequestLVBAddr", "ChangeStatus", "ChangeCount", "FetchList", "EnterGroup", "QuitGroup", "FetchGroupMemberList", "GetUserInfo",
			},
		},
		"counter": {
			of:     func(f gatewaytest.Fakes) downer { return f.Counter },
			needed: []string{"ChangeCount"},
		},
		"room": {
			of:     func(f gatewaytest.Fakes) downer { return f.Room },
			needed: []string{"EnterGroup", "QuitGroup", "FetchGroupMemberList"},
		},
		"signing": {
			of:     func(f gatewaytest.Fakes) downer { return f.Signing },
			needed: []string{"RequestLVBAddr", "FetchList", "GetCOSSign", "GetUserInfo"},
		},
	} {
		for action := range requests {
			t.Run(name+"/"+action, func(t *testing.T) {
				fakes := gatewaytest.World()
				test.of(fakes).Down(down)
				actions := newActions(t, fakes, slog.New(slog.DiscardHandler))
				defer actions.Close()
				want, says := envelope.OK, "return successfully!"
				if slices.Contains(test.needed, action) {
					want, says = envelope.Unavailable, `"returnMsg":"no answer","returnData":{}`
				}
				server{actions}.mustSay(t, with(action, "Action", action), want, says)
			})
		}
	}
}
