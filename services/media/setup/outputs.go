package setup

import (
	"context"
	"path/filepath"
	"time"

	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/services/media/access"
	"xiaozhibo.dev/services/media/events"
	"xiaozhibo.dev/services/media/hls"
	"xiaozhibo.dev/services/media/live"
	"xiaozhibo.dev/services/media/record"
)

// addEvents opens the outbox before anything is pushed.
func (s *server) addEvents() error {
	if s.config.CallbackURL == "" {
		s.runtime.Log.Warn("nobody is told of what is pushed: there is no media_callback_url")
		s.tell = func(events.Event) error { return nil }
		return nil
	}
	options, err := s.eventOptions()
	if err != nil {
		return err
	}
	outbox, held, err := events.OpenOutbox(s.config.Dir, time.Now().Unix())
	if err != nil {
		return err
	}
	var sender *events.Sender
	s.tell = func(event events.Event) error { return sender.Add(event) }
	s.runtime.Add(lifecycle.Part{
		Name: "media events",
		Start: func(context.Context) error {
			sender = events.NewSender(outbox, held, options)
			return nil
		},
		Stop: func(ctx context.Context) error { return sender.Close(ctx) },
	})
	return nil
}

// eventOptions are how events are sent: signed with the key that the gateway verifies, and as often as the
// platform would.
func (s *server) eventOptions() (options events.Options, err error) {
	key, err := access.NewKey("callback_key", s.config.Keys.Callback, s.runtime.Log)
	if err != nil {
		return options, err
	}
	faults, err := events.ParseFaults(s.config.Faults, s.config.FaultsSeed)
	return events.Options{
		URL: s.config.CallbackURL, Key: key.Current, Tries: tries, Every: between, Later: later,
		Faults: faults, Transport: s.transport, Result: s.metrics.attempt, Log: s.runtime.Log,
	}, err
}

// addHub makes what pushes and players meet in. It listens to nothing, so it needs no part of the process.
func (s *server) addHub() error {
	s.hub = live.NewHub(
		live.Limits{Pushes: s.config.MaxPushes, Players: s.config.MaxPlayers, CacheBytes: cacheBytes, QueueBytes: queueBytes},
		&witness{s.tell, s.metrics, time.Now, s.runtime.Log},
		live.Measure{
			Joined: func(delta int) { s.metrics.players.Add(background, int64(delta)) },
			Cut:    func() { s.metrics.cut.Add(background, 1) },
		}, time.Now)
	s.streams = hls.NewStreams(hls.Options{SegmentBytes: segmentBytes, Log: s.runtime.Log})
	return nil
}

// addRecordings opens the folder, and finishes what the process before was recording. That runs beside all else:
// to make MP4 of an hour takes its time, and nobody who wants to push waits for it.
func (s *server) addRecordings() (err error) {
	if !s.config.Record {
		return nil
	}
	s.recordings, err = record.Open(record.Options{
		Dir: filepath.Join(s.config.Dir, "recordings"), URL: s.config.URL, Slice: s.config.RecordSlice,
		TTL: s.config.RecordTTL, MaxBytes: s.config.RecordMaxBytes, Tell: s.tell, Lost: s.metrics.recordingLost, Log: s.runtime.Log, Now: time.Now,
	})
	if err != nil {
		return err
	}
	s.runtime.Add(lifecycle.Part{
		Name: "media recordings",
		Run: func(ctx context.Context) error {
			s.recordings.Recover()
			return lifecycle.Every(sweepEvery, s.runtime.Log, func(ctx context.Context) {
				if err := s.recordings.Sweep(ctx); err != nil {
					s.runtime.Log.Error("sweep failed", "service", "media", "err", err)
				}
			})(ctx)
		},
		Start: func(context.Context) error { return nil },
		Stop:  s.recordings.Close,
	})
	return nil
}
