package setup

import (
	"xiaozhibo.dev/libs/store/folder"
	"xiaozhibo.dev/services/stream/boltstore"
)

// Stored is the service's file, for commands that read it.
func Stored() folder.Service {
	return folder.Service{Name: "stream", Check: boltstore.Check, Migrations: boltstore.Migrations}
}
