// Package gateway answers the clients and the live platform out of four services.
//
// Add is all of it: it puts the parts of the gateway together and adds them to a process. Each
// part is a package beside this one, and this is the only place that knows them all. Where the
// services are, in this process or in others, is decided by whoever calls Add: gateway/setup for
// a program of its own, deploy/standalone for one with everything.
package gateway

import (
	"context"
	"net/netip"
	"time"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/admin"
	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/edge"
	"xiaozhibo.dev/gateway/event"
	"xiaozhibo.dev/gateway/fairuse"
	"xiaozhibo.dev/gateway/presence"
	"xiaozhibo.dev/gateway/quota"
	"xiaozhibo.dev/gateway/reconcile"
	"xiaozhibo.dev/gateway/survey"
	"xiaozhibo.dev/gateway/vod"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/telemetry"
)

// Services are the contracts behind the gateway.
type Services = action.Services

// maxAddresses is for how many addresses new anchors are counted at once.
const maxAddresses = 100_000

// Add adds the gateway to a process, in front of services that are parts of it already.
// Parts start in the order they are added in and stop in the reverse one: so the listeners,
// which come last, take requests only while everything behind them is there.
//
// operators is where the gateway answers operators. config has been checked. The process
// stops what Add has started; after an error it is to be abandoned.
func Add(process *lifecycle.Process, operators Operators, config Config, services Services, scope telemetry.Scope) error {
	secure, err := secureBy(config, scope)
	if err != nil {
		return err
	}
	actions, err := addActions(process, config, services, scope)
	if err != nil {
		return err
	}
	gate, err := addProof(process, config, actions, scope)
	if err != nil {
		return err
	}
	front, err := newEdge(process, config, actions, scope)
	if err != nil {
		return err
	}
	options, err := addWatchers(process, config, services, scope)
	if err != nil {
		return err
	}
	if err := addAdmin(process, operators, config, actions, options, scope); err != nil {
		return err
	}
	addListeners(process, front, secure)
	return addEvents(process, operators, config, actions, gate, secure, scope)
}

// addActions adds what carries out Actions, with the limits that they are under.
func addActions(process *lifecycle.Process, config Config, services Services, scope telemetry.Scope) (*action.Actions, error) {
	actions, err := action.New(services, scope)
	if err != nil {
		return nil, err
	}
	process.Add(lifecycle.Part{Name: "actions", Stop: func(context.Context) error { actions.Close(); return nil }})
	actions.NewAnchors = quota.New[netip.Prefix](quota.Limits{Max: config.MaxNewAnchorsPerAddress, Window: time.Hour, Keys: maxAddresses}, time.Now)
	actions.Presence = config.IM.On()
	actions.FairUse, err = fairuse.New(config.FairUse, time.Now, scope)
	return actions, err
}

// addProof adds what asks senders who they are, and returns it; nil if nobody is asked.
func addProof(process *lifecycle.Process, config Config, actions *action.Actions, scope telemetry.Scope) (*auth.Gate, error) {
	gate, err := auth.New(config.Auth, time.Now, scope)
	if err != nil || gate == nil {
		return nil, err
	}
	actions.Ask(gate)
	process.Add(lifecycle.Part{Name: "auth", Run: gate.Run})
	return gate, nil
}

// newEdge returns the HTTP side: it answers with actions, and hands on the callbacks of the
// live platform, the IM service and the VOD service.
func newEdge(process *lifecycle.Process, config Config, actions *action.Actions, scope telemetry.Scope) (*edge.Edge, error) {
	services := actions.Services
	front, err := edge.New(config.Config, actions, event.New(services.Stream, services.Signing, scope.Log), process.Health(), scope)
	if err != nil {
		return nil, err
	}
	front.Presence = presence.New(config.IM, services.Stream, services.Room, time.Now, scope.Log)
	front.VOD, err = vod.New(config.VOD, services.Stream, scope.Log)
	return front, err
}

// addWatchers adds what runs without being asked: it counts for metrics, asks the live
// platform which streams are online, and sends webhooks. Operators are shown the latter two.
func addWatchers(process *lifecycle.Process, config Config, services Services, scope telemetry.Scope) (shown admin.Options, err error) {
	counted, err := survey.New(services.Stream, services.Room, scope)
	if err != nil {
		return shown, err
	}
	process.Add(lifecycle.Part{Name: "survey", Run: counted.Run})
	if shown.Platform, err = reconcile.Add(process, config.Reconcile, services.Stream, scope); err != nil {
		return shown, err
	}
	shown.Webhooks, err = addWebhooks(process, config, services, scope)
	return shown, err
}
