package main

import (
	"context"

	"xiaozhibo.dev/gateway"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/libs/store"
	"xiaozhibo.dev/libs/store/backup"
	counter "xiaozhibo.dev/services/counter/part"
	room "xiaozhibo.dev/services/room/part"
	signing "xiaozhibo.dev/services/signing/part"
	stream "xiaozhibo.dev/services/stream/part"
)

func standalone() program.Program {
	var config Config
	const name = "xiaozhibo"
	kept := kept(&config)
	return program.Program{
		Name: name, Config: &config,
		Add: func(process *program.Process) error { return add(process, &config) },
		Commands: []program.Command{
			store.CheckCommand(&config.Store, stream.Stored(), counter.Stored(), room.Stored(), signing.Stored()),
			store.BackupCommand(name, &config.Store, kept...),
			store.RestoreCommand(&config.Store, kept...),
		},
	}
}

// kept are the services, the catalogue last: likes and members refer to its sessions.
func kept(config *Config) []backup.Service {
	return []backup.Service{counter.Kept(), room.Kept(&config.Room), signing.Kept(), stream.Kept(&config.Stream)}
}

// add adds every part to the process, in the order they start in.
func add(process *program.Process, config *Config) error {
	services, err := addServices(process, config)
	if err != nil {
		return err
	}
	store.AddBackup(process, &config.Store, kept(config)...)
	if err := gateway.Add(process.Process, config.Gateway, services, process.Scope("gateway")); err != nil {
		return err
	}
	if config.Hints {
		process.Add(lifecycle.Part{Name: "hints", Start: func(context.Context) error { return hint(process.Stdout, config) }})
	}
	return nil
}

func addServices(process *program.Process, config *Config) (services gateway.Services, err error) {
	services.Stream, err = stream.Add(process, stream.Config{Store: config.Store, Stream: config.Stream})
	if err != nil {
		return services, err
	}
	services.Counter, err = counter.Add(process, counter.Config{Store: config.Store})
	if err != nil {
		return services, err
	}
	services.Room, err = room.Add(process, room.Config{Store: config.Store, Room: config.Room})
	if err != nil {
		return services, err
	}
	services.Signing, err = signing.Add(process, signing.Config{Store: config.Store, Signing: config.Signing})
	return services, err
}
