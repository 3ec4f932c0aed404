package store

import (
	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/libs/rpc"
	"xiaozhibo.dev/libs/store/backup"
)

// Service returns the program that is one service in a process of its own, as
// program.Service does, with what its store brings along: the commands check, backup and
// restore, and backups of the running process. Of needs, its is the part for the store;
// the program has the name of kept.
func Service[S any](
	needs program.Config, its *Config, kept backup.Service, add func(*program.Runtime) (S, error), methods func(S) []rpc.Method,
) program.Program {
	addAll := func(runtime *program.Runtime) (S, error) {
		service, err := add(runtime)
		if err == nil {
			AddBackup(runtime, its, kept)
		}
		return service, err
	}
	alone := program.Service(kept.Name, needs, addAll, methods)
	alone.Commands = []program.Command{
		CheckCommand(its, kept),
		BackupCommand(kept.Name, its, kept),
		RestoreCommand(its, kept),
	}
	return alone
}
