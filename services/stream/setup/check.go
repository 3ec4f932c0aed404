package setup

import (
	"xiaozhibo.dev/libs/store/folder"
	"xiaozhibo.dev/services/stream/boltstore"
)

// Stored says what the service keeps in a data folder: the file stream, how its records
// are checked, how an older format is migrated, and what a restore in parts makes of two values.
func Stored() folder.Service {
	return folder.Service{Name: "stream", Check: boltstore.Check, Migrations: boltstore.Migrations, Join: boltstore.Join}
}
