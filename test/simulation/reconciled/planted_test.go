package reconciled_test

import (
	"context"
	"testing"

	"xiaozhibo.dev/gateway/reconcile"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/platform"
)

// A simulation that finds nothing is worth what it would find.
func TestPlantedFaultsAreFound(t *testing.T) {
	for name, p := range map[string]plant{
		"two denials suffice":           {rule: reconcile.Rule{Denials: 2, Sightings: 2, AtOnce: 1}},
		"an error is offline":           {platform: func(p platform.Platform) platform.Platform { return &hasty{p} }},
		"a page of the list is lost":    {platform: func(p platform.Platform) platform.Platform { return &lossy{p} }},
		"a denial against a newer push": {streams: func(s reconcile.Streams) reconcile.Streams { return &deaf{s} }},
		"a dead room is never ended":    {streams: func(s reconcile.Streams) reconcile.Streams { return &meek{s} }},
		"a hidden room is never listed": {streams: func(s reconcile.Streams) reconcile.Streams { return &blind{s} }},
		"the platform is asked no more": {platform: func(p platform.Platform) platform.Platform { return &silent{p} }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(400) {
				if run(t, seed, p) != "" {
					return
				}
			}
			t.Error("no seed has found it")
		})
	}
}

type hasty struct{ platform.Platform }

func (p *hasty) State(ctx context.Context, id string) (platform.State, error) {
	state, err := p.Platform.State(ctx, id)
	if platform.OutcomeOf(err) != platform.Answered {
		state = platform.Offline
	}
	return state, nil
}

type lossy struct{ platform.Platform }

func (p *lossy) Online(ctx context.Context) (platform.List, error) {
	list, err := p.Platform.Online(ctx)
	list.Streams, list.Whole = list.Streams[:len(list.Streams)/2], true
	return list, err
}

type deaf struct{ reconcile.Streams }

func (s *deaf) Deny(ctx context.Context, sighting streams.Sighting) (streams.Verdict, error) {
	sighting.Asked = 0
	return s.Streams.Deny(ctx, sighting)
}

type meek struct{ reconcile.Streams }

func (s *meek) Deny(context.Context, streams.Sighting) (streams.Verdict, error) {
	return streams.Late, nil
}

type blind struct{ reconcile.Streams }

func (s *blind) Confirm(context.Context, streams.Sighting) (streams.Verdict, error) {
	return streams.Repeated, nil
}

type silent struct{ platform.Platform }

func (p *silent) Online(context.Context) (platform.List, error) {
	return platform.List{}, platform.Errorf(platform.Failed, "no answer")
}
