package simulation

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"xiaozhibo.dev/deploy/simulation/model"
	countapi "xiaozhibo.dev/libs/api/counter"
	roomapi "xiaozhibo.dev/libs/api/room"
	signapi "xiaozhibo.dev/libs/api/signing"
	streamapi "xiaozhibo.dev/libs/api/stream"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/rpc/rpctest"
	"xiaozhibo.dev/services/counter"
	counterbolt "xiaozhibo.dev/services/counter/boltstore"
	"xiaozhibo.dev/services/room"
	roombolt "xiaozhibo.dev/services/room/boltstore"
	"xiaozhibo.dev/services/signing"
	signingbolt "xiaozhibo.dev/services/signing/boltstore"
	"xiaozhibo.dev/services/stream"
	streambolt "xiaozhibo.dev/services/stream/boltstore"
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
	return settings{
		stream: stream.Config{
			LiveTTL: seconds(60, 300), MinRecording: 10 * time.Second, RecordingWindow: seconds(240, 900),
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

func startStream(p *process) error {
	w := p.world
	store, err := streambolt.Open(p.path, w.settings.stream, time.Now)
	if err != nil {
		return err
	}
	service := stream.New(w.settings.stream, &streamStore{w.planted.streamStore(store), p})
	p.shut, p.sweep = store.Close, service.Sweep
	whole := &witnessed{w.planted.streamService(service), w}
	p.service, p.handler = whole, rpctest.Handler(streamapi.Methods(whole)...)
	return nil
}

func startRoom(p *process) error {
	w := p.world
	store, err := roombolt.Open(p.path, w.settings.room, time.Now)
	if err != nil {
		return err
	}
	service := room.New(&roomStore{w.planted.roomStore(store), p})
	p.shut, p.sweep = store.Close, service.Sweep
	p.service, p.handler = service, rpctest.Handler(roomapi.Methods(service)...)
	return nil
}

func startCounter(p *process) error {
	store, err := counterbolt.Open(p.path, time.Now)
	if err != nil {
		return err
	}
	service := counter.New(&counterStore{p.world.planted.counterStore(store), p})
	p.shut = store.Close
	p.service, p.handler = service, rpctest.Handler(countapi.Methods(service)...)
	return nil
}

func startSigning(p *process) error {
	store, err := signingbolt.Open(p.path)
	if err != nil {
		return err
	}
	service, err := signing.New(p.world.settings.signing, &ledger{store, p}, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		return errors.Join(err, store.Close())
	}
	p.shut, p.sweep = store.Close, service.Sweep
	whole := p.world.planted.signingService(service)
	p.service, p.handler = whole, rpctest.Handler(signapi.Methods(whole)...)
	return nil
}

func profile(p streamapi.Profile) model.Profile {
	return model.Profile{
		Nickname: p.Nickname, HeadPic: p.HeadPic, FrontCover: p.FrontCover, Location: p.Location, Desc: p.Desc,
	}
}
