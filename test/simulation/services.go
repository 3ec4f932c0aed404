package simulation

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/rpc/rpctest"
	"xiaozhibo.dev/services/counter"
	"xiaozhibo.dev/services/room"
	"xiaozhibo.dev/services/signing"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/test/simulation/model"
)

const (
	bizID       = "8888"
	callbackKey = "testcallbackkey"
)

// sweeping is the context of sweeps: they end before their store does.
var sweeping = context.Background()

// settings are how the services are configured: times are short, so that they
// pass in a run.
type settings struct {
	stream  stream.Config
	room    room.Config
	signing signing.Config
}

func newSettings(random *rand.Rand) settings {
	seconds := func(least, most int) time.Duration {
		return time.Duration(least+random.IntN(most-least+1)) * time.Second
	}
	anchorTTL := 24 * time.Hour
	if random.IntN(2) == 0 { // anchors are forgotten while others are live
		anchorTTL = seconds(10, 120)
	}
	return settings{
		stream: stream.Config{
			LiveTTL: seconds(60, 300), MinRecording: 10 * time.Second, RecordingWindow: seconds(240, 900), AnchorTTL: anchorTTL,
		},
		room: room.Config{MemberTTL: seconds(40, 200), MemberOrder: room.Oldest},
		signing: signing.Config{
			BizID: bizID, PushKey: config.Secret{Value: "testpushkey"}, PushTTL: 24 * time.Hour,
			PlayKey: config.Secret{Value: "testplaykey"}, PlayTTL: 24 * time.Hour,
			CallbackKey: config.Secret{Value: callbackKey},
			COSAppID:    "1250000000", COSBucket: "demo", COSTTL: 10 * time.Minute,
			COSSecretID: config.Secret{Value: "AKIDEXAMPLE"}, COSSecretKey: config.Secret{Value: "SECRETEXAMPLE"},
			LedgerRetention: time.Hour,
		},
	}
}

// service is how a service is started, on its store.
type service struct {
	name  string
	start func(p *process) error
}

func (w *world) starts() []service {
	return []service{{"counter", startCounter}, {"room", startRoom}, {"signing", startSigning}, {"stream", startStream}}
}

func startStream(p *process) error {
	w := p.world
	store, err := p.openStream()
	if err != nil {
		return err
	}
	service := stream.New(w.settings.stream, &streamStore{w.planted.streamStore(store), p})
	whole := &witnessed{w.planted.streamService(service), w}
	p.sweep, p.service, p.handler = service.Sweep, whole, rpctest.Handler(streams.Methods(whole)...)
	return nil
}

func startRoom(p *process) error {
	store, err := p.openRoom()
	if err != nil {
		return err
	}
	service := room.New(&roomStore{p.world.planted.roomStore(store), p}, p.clock())
	whole := p.world.planted.roomService(service)
	p.sweep, p.service, p.handler = service.Sweep, whole, rpctest.Handler(members.Methods(whole)...)
	return nil
}

func startCounter(p *process) error {
	store, err := p.openCounter()
	if err != nil {
		return err
	}
	service := counter.New(&counterStore{p.world.planted.counterStore(store), p}, p.clock())
	whole := p.world.planted.counterService(service)
	p.service, p.handler = whole, rpctest.Handler(counters.Methods(whole)...)
	return nil
}

func startSigning(p *process) error {
	store, err := p.openLedger()
	if err != nil {
		return err
	}
	service, err := signing.New(p.world.settings.signing, &ledger{store, p}, p.clock(), slog.New(slog.DiscardHandler))
	if err != nil {
		return errors.Join(err, p.shut())
	}
	whole := p.world.planted.signingService(service)
	p.sweep, p.service, p.handler = service.Sweep, whole, rpctest.Handler(signatures.Methods(whole)...)
	return nil
}

func profile(p streams.Profile) model.Profile {
	return model.Profile{
		Nickname: p.Nickname, HeadPic: p.HeadPic, FrontCover: p.FrontCover, Location: p.Location, Desc: p.Desc,
	}
}
