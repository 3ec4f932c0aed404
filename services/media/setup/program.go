package setup

import (
	"flag"
	"path/filepath"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/services/media"
)

// own is the configuration of the program that is the media server alone. It has the keys and
// the data folder, which a process with a signing service has already, and its listeners are
// on: whoever starts the program wants the server.
type own struct {
	media.Config
	dataDir string
}

func (o *own) RegisterFlags(fs *flag.FlagSet) {
	o.Config.RegisterFlags(fs)
	o.Keys.RegisterFlags(fs)
	fs.StringVar(&o.dataDir, "data-dir", "./data", "folder of all data")
	for name, value := range map[string]string{"media-listen-rtmp": ":1935", "media-listen-http": ":8088"} {
		one := fs.Lookup(name)
		_ = one.Value.Set(value) // they are addresses
		one.DefValue = value
	}
}

// Check also puts in the default of media_dir, which only this program knows: it has the data folder.
func (o *own) Check() error {
	if !o.On() {
		return config.Errorf("media_listen_rtmp: must be set")
	}
	if o.Dir == "" {
		o.Dir = filepath.Join(o.dataDir, "media")
	}
	return o.Config.Check()
}

// Program is the media server in a process of its own.
func Program() program.Program {
	var config own
	return program.Program{Name: "media", Config: &config, Add: func(runtime *program.Runtime) error {
		return Add(runtime, config.Config)
	}}
}
