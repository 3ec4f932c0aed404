package setup

import (
	"xiaozhibo.dev/libs/store/folder"
	"xiaozhibo.dev/services/counter/boltstore"
)

// Stored says what the service keeps in a data folder: the file counter, and how its
// records are checked. It has one format so far.
func Stored() folder.Service {
	return folder.Service{Name: "counter", Check: boltstore.Check}
}
