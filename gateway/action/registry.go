// Package action holds the nine Actions of the published protocol, one file each. An Action
// reads its fields, composes the services and returns its returnData; it knows nothing of HTTP.
//
// A request goes through three steps. Actions.Read finds the Action in a body; Request.From
// names the sender; Request.Serve asks for proof, carries the Action out and returns an Answer,
// which is always an envelope. The file of an Action is the place to begin: each reads its
// fields with envelope.Fields, asks Err once, and only then calls a service.
//
// What does not stand here: how fields are read and errors are told (envelope), who a sender is
// (auth), what is fair (fairuse), and every rule about sessions, likes and members, which are
// the services' own.
package action

import (
	"context"
	"net/netip"

	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/fairuse"
	"xiaozhibo.dev/gateway/quota"
	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/telemetry"
)

// registry lists every Action by its published name. Labels of metrics are names from
// here: a client that made up names would otherwise make a time series of each.
var registry = map[string]handler{
	"RequestLVBAddr":       requestLVBAddr,
	"ChangeStatus":         changeStatus,
	"ChangeCount":          changeCount,
	"FetchList":            fetchList,
	"GetCOSSign":           getCOSSign,
	"EnterGroup":           enterGroup,
	"QuitGroup":            quitGroup,
	"FetchGroupMemberList": fetchGroupMemberList,
	"GetUserInfo":          getUserInfo,
}

// handler carries out one Action and returns its reply; nil is an empty returnData.
type handler func(ctx context.Context, a *Actions, fields input) (*Body, error)

// Services are the contracts behind the gateway. Their answers are the same whether a service is
// in this process or in another. The contracts say what each may fail with, and that all of them
// may be called concurrently.
type Services struct {
	Stream  streams.Service
	Counter counters.Service
	Room    members.Service
	Signing signatures.Service

	// Mapped says that reads wait for nobody: their data is in this process, or in files
	// mapped into it. Services are then asked one after the other, as it costs more to
	// hand such a call to a goroutine than to make it.
	Mapped bool
}

// Actions carries out Actions. It is safe for concurrent use once its exported fields are set.
// It keeps nothing of a user between two requests: all that lasts is in the services, so any
// copy of the gateway can answer any request.
type Actions struct {
	Services
	// NewAnchors is how many users without a room each address may open one for;
	// nil is no cap. It is set before the first request.
	NewAnchors *quota.Quota[netip.Prefix]
	// FairUse are limits for everybody; nil are none. They are set before the first request.
	FairUse *fairuse.Limits
	// Presence: the IM service tells of members too, so it is remembered who has quit. It is
	// set before the first request.
	Presence bool

	// What follows is made by New, except gate, which Ask sets.
	failures    *failures
	degraded    metric.Int64Counter
	lists       *lists
	memberLists *memberLists
	gate        *auth.Gate // nil if no proof of identity is asked for
}

// New returns the Actions on services, which stay the caller's to close.
func New(services Services, scope telemetry.Scope) (*Actions, error) {
	degraded, err := scope.Meter.Int64Counter("xzb.degraded",
		metric.WithDescription("Answers without likes or viewers, because those could not be had in time, by what is missing."))
	if err != nil {
		return nil, err
	}
	a := &Actions{Services: services, failures: &failures{log: scope.Log}, degraded: degraded}
	a.lists, a.memberLists = newLists(a, scope.Meter), newMemberLists(a, scope.Meter)
	return a, nil
}

// Close waits for the lists under way. Later ones fail with Unavailable. The services
// stay open.
func (a *Actions) Close() {
	a.lists.Close()
	a.memberLists.Close()
}
