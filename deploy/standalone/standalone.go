package main

import (
	"context"

	"xiaozhibo.dev/gateway"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/libs/store"
	"xiaozhibo.dev/libs/store/backup"
	counter "xiaozhibo.dev/services/counter/setup"
	media "xiaozhibo.dev/services/media/setup"
	room "xiaozhibo.dev/services/room/setup"
	signing "xiaozhibo.dev/services/signing/setup"
	stream "xiaozhibo.dev/services/stream/setup"
)

func standalone() program.Program {
	var config Config
	const name = "xiaozhibo"
	kept := kept(&config)
	return program.Program{
		Name: name, Config: &config, Whole: true,
		Add: func(runtime *program.Runtime) error { return add(runtime, &config) },
		Commands: []program.Command{
			demoCommand(&config),
			store.CheckCommand(&config.Store, kept...),
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
func add(runtime *program.Runtime, config *Config) error {
	services, err := addServices(runtime, config)
	if err != nil {
		return err
	}
	if wrong := config.forgetsWebhooks(); wrong != "" {
		runtime.Scope("webhooks").Log.Warn(wrong)
	}
	store.AddBackup(runtime, &config.Store, kept(config)...)
	if err := gateway.Add(runtime.Process, runtime, config.Gateway, services, runtime.Scope("gateway")); err != nil {
		return err
	}
	if err := media.Add(runtime, config.Media); err != nil { // the gateway hears what it tells to the end
		return err
	}
	if config.Hints {
		runtime.Add(lifecycle.Part{Name: "hints", Start: func(context.Context) error { return hint(runtime.Stdout, config) }})
	}
	return nil
}

func addServices(runtime *program.Runtime, config *Config) (services gateway.Services, err error) {
	services.Stream, err = stream.Add(runtime, stream.Config{Store: config.Store, Stream: config.Stream})
	if err != nil {
		return services, err
	}
	services.Counter, err = counter.Add(runtime, counter.Config{Store: config.Store})
	if err != nil {
		return services, err
	}
	services.Room, err = room.Add(runtime, room.Config{Store: config.Store, Room: config.Room})
	if err != nil {
		return services, err
	}
	services.Signing, err = signing.Add(runtime, signing.Config{Store: config.Store, Signing: config.Signing})
	services.Mapped = config.Store.Kind == store.Bbolt
	return services, err
}
