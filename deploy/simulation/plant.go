package simulation

import (
	"xiaozhibo.dev/gateway/action"
	signapi "xiaozhibo.dev/libs/api/signing"
	streamapi "xiaozhibo.dev/libs/api/stream"
	"xiaozhibo.dev/services/counter"
	"xiaozhibo.dev/services/room"
	"xiaozhibo.dev/services/stream"
)

// Plant is a fault of the system itself, put where it would be: the simulation
// must find it.
type Plant struct {
	Gateway       func(*world, action.Services) action.Services
	Signing       func(signapi.Service) signapi.Service
	StreamService func(*world, streamapi.Service) streamapi.Service
	StreamStore   func(*world, stream.Store) stream.Store
	RoomStore     func(*world, room.Store) room.Store
	CounterStore  func(*world, counter.Store) counter.Store
	LosesFsync    string // the service whose last commit a crash undoes
}

func (p *Plant) gateway(w *world, s action.Services) action.Services {
	if p.Gateway == nil {
		return s
	}
	return p.Gateway(w, s)
}

func (p *Plant) signingService(s signapi.Service) signapi.Service {
	if p.Signing == nil {
		return s
	}
	return p.Signing(s)
}

func (p *Plant) streamService(w *world, s streamapi.Service) streamapi.Service {
	if p.StreamService == nil {
		return s
	}
	return p.StreamService(w, s)
}

func (p *Plant) streamStore(w *world, s stream.Store) stream.Store {
	if p.StreamStore == nil {
		return s
	}
	return p.StreamStore(w, s)
}

func (p *Plant) roomStore(w *world, s room.Store) room.Store {
	if p.RoomStore == nil {
		return s
	}
	return p.RoomStore(w, s)
}

func (p *Plant) counterStore(w *world, s counter.Store) counter.Store {
	if p.CounterStore == nil {
		return s
	}
	return p.CounterStore(w, s)
}

func (p *Plant) commits(*server) {}
func (p *Plant) crashed(*server) {}
