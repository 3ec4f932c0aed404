package gateway

import (
	"context"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/admin"
	"xiaozhibo.dev/gateway/webhook"
	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/telemetry"
)

// addWebhooks adds what sends webhooks, if anybody is told, and returns what operators ask
// of it; nil if nobody is told.
func addWebhooks(process *lifecycle.Process, own Config, services Services, scope telemetry.Scope) (admin.Webhooks, error) {
	if !own.Webhook.On() {
		return nil, nil
	}
	sender, err := webhook.New(own.Webhook, webhook.Options{
		Store: services.Stream,
		Numbers: func(ctx context.Context, user string, session int64) (webhook.Numbers, error) {
			return numbersOf(ctx, services, user, session)
		},
	}, scope)
	if err != nil {
		return nil, err
	}
	process.Add(lifecycle.Part{Name: "webhooks", Run: sender.Run})
	return sender, nil
}

// numbersOf asks for what is kept of a session that has ended. The counter and the room service keep it apart from
// what goes on, so it is found after the anchor has begun another session. What was kept too long ago is 0 and no
// error; an error delays the webhook, as it must not tell a wrong number.
func numbersOf(ctx context.Context, services Services, user string, session int64) (numbers webhook.Numbers, err error) {
	key := action.SessionOf(&streams.Session{User: user, Number: session})
	if numbers.Likes, err = combine.One(services.Counter.Get(ctx, []counters.Key{counters.Key(key)})); err != nil {
		return numbers, err
	}
	audience, err := combine.One(services.Room.Audiences(ctx, []members.Key{key}))
	numbers.PeakViewers, numbers.TotalViewers = audience.Peak, audience.Joined
	return numbers, err
}
