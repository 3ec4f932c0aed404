// Package store configures where the services keep their data.
package store

import (
	"flag"
	"path/filepath"

	"xiaozhibo.dev/libs/config"
)

// Bbolt is the Kind that keeps data in files, one for each service.
const Bbolt = "bbolt"

// Config configures the store of every service of a process.
type Config struct {
	Kind    string // Bbolt
	DataDir string // folder of the files of Bbolt
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	fs.StringVar(&c.Kind, "store", Bbolt, "where data is kept: bbolt")
	fs.StringVar(&c.DataDir, "data-dir", "./data", "folder of the bbolt files, one per service")
}

// Check returns an error that names every bad key.
func (c *Config) Check() error {
	if c.Kind != Bbolt {
		return config.Errorf("store: %q is not bbolt, the one store there is", c.Kind)
	}
	if c.DataDir == "" {
		return config.Errorf("data_dir: must be set")
	}
	return nil
}

// File is the file of a service under Bbolt.
func (c *Config) File(service string) string { return filepath.Join(c.DataDir, service+".db") }
