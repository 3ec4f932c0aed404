package setup

import (
	"xiaozhibo.dev/libs/store/folder"
	"xiaozhibo.dev/services/signing/boltstore"
)

// Stored is the service's file, for commands that read it.
func Stored() folder.Service {
	return folder.Service{Name: "signing", Check: boltstore.Check}
}
