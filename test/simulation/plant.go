package simulation

import (
	"os"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/services/counter"
	"xiaozhibo.dev/services/room"
	"xiaozhibo.dev/services/stream"
)

// Plant is a fault of the system itself, put where it would be made: between the
// gateway and its clients of the services, in front of a service, or behind its
// store. What is nil is as it should be.
type Plant struct {
	Gateway        func(action.Services) action.Services
	Signing        func(signatures.Service) signatures.Service
	StreamService  func(streams.Service) streams.Service
	RoomService    func(members.Service) members.Service
	CounterService func(counters.Service) counters.Service
	StreamStore    func(stream.Store) stream.Store
	RoomStore      func(room.Store) room.Store
	CounterStore   func(counter.Store) counter.Store
	Configure      func(*stream.Config, *room.Config) // not as the model is told
	LostFsync      string                             // the service whose last commit a crash undoes
}

func planted[T any](plant func(T) T, sound T) T {
	if plant == nil {
		return sound
	}
	return plant(sound)
}

func (p *Plant) gateway(s action.Services) action.Services              { return planted(p.Gateway, s) }
func (p *Plant) signingService(s signatures.Service) signatures.Service { return planted(p.Signing, s) }
func (p *Plant) streamService(s streams.Service) streams.Service {
	return planted(p.StreamService, s)
}
func (p *Plant) roomService(s members.Service) members.Service { return planted(p.RoomService, s) }
func (p *Plant) counterService(s counters.Service) counters.Service {
	return planted(p.CounterService, s)
}
func (p *Plant) streamStore(s stream.Store) stream.Store    { return planted(p.StreamStore, s) }
func (p *Plant) roomStore(s room.Store) room.Store          { return planted(p.RoomStore, s) }
func (p *Plant) counterStore(s counter.Store) counter.Store { return planted(p.CounterStore, s) }

// commits is told before a commit.
func (p *Plant) commits(s *server) (err error) {
	if p.LostFsync == s.name {
		s.undone, err = os.ReadFile(s.path)
	}
	return err
}

// crashed is told when a process is gone and its file closed.
func (p *Plant) crashed(s *server) error {
	if p.LostFsync != s.name || s.undone == nil {
		return nil
	}
	return os.WriteFile(s.path, s.undone, 0o600)
}
