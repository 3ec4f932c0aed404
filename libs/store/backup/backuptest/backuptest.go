// Package backuptest moves what a service keeps from one store to another, through an
// archive.
package backuptest

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"xiaozhibo.dev/libs/store/archive"
	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/libs/store/redisdb"
)

// Place is where a service keeps its records: a file that is open, a folder that is
// not, or Redis.
type Place struct {
	File backup.File
	Dir  string
	DB   *redisdb.DB
}

// Test is a test, or one run of a property.
type Test interface {
	Helper()
	Fatalf(format string, args ...any)
}

// Move backs a service up from one place and restores it into another, a Dir or a DB
// where nothing is.
func Move(t Test, service backup.Service, from, to Place) {
	t.Helper()
	dir, err := os.MkdirTemp("", "backup")
	if err != nil {
		t.Fatalf("%v", err)
	}
	path := filepath.Join(dir, "archive")
	err = errors.Join(take(service, from, path), put(service, path, to), os.RemoveAll(dir))
	if err != nil {
		t.Fatalf("move: %v", err)
	}
}

func take(service backup.Service, from Place, path string) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	services := []backup.Service{service}
	damages := []error{}
	taking := &backup.Taking{Services: services, Damaged: func(_ string, err error) { damages = append(damages, err) }}
	write := func(_ string, source backup.Source) error {
		_, err := taking.Write(context.Background(), file, source)
		return errors.Join(append(damages, err)...)
	}
	switch {
	case from.DB != nil:
		return write("", backup.FromRedis(context.Background(), from.DB))
	case from.File != nil:
		return backup.FromFiles(map[string]backup.File{service.Name: from.File}, services, write)
	default:
		return backup.FromFolder(from.Dir, services, write)
	}
}

func put(service backup.Service, path string, to Place) (err error) {
	file, err := archive.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	restoring, err := backup.NewRestoring(file, []backup.Service{service})
	if err != nil {
		return err
	}
	restoring.PartRecords = 2 // many parts, as of a million records
	if to.DB != nil {
		return restoring.IntoRedis(context.Background(), to.DB)
	}
	return restoring.IntoFolder(context.Background(), to.Dir)
}
