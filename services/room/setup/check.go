package setup

import (
	"xiaozhibo.dev/libs/store/folder"
	"xiaozhibo.dev/services/room/boltstore"
)

// Stored says what the service keeps in a data folder: the file room, how its records are
// checked, and how an older format is migrated.
func Stored() folder.Service {
	return folder.Service{Name: "room", Check: boltstore.Check, Migrations: boltstore.Migrations}
}
