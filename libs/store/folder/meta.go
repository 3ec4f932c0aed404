package folder

import (
	"errors"
	"fmt"
	"strconv"

	"go.etcd.io/bbolt"
)

// metaBucket says of a file what it is.
var metaBucket = []byte("meta")

// meta is what it says. Its zero value is that of a file which has none: such
// files were made before there were formats, and are of format 1.
type meta struct {
	format  int
	service string
	set     string
}

func readMeta(tx *bbolt.Tx) (m meta, err error) {
	bucket := tx.Bucket(metaBucket)
	if bucket == nil {
		return m, nil
	}
	if m.format, err = strconv.Atoi(string(bucket.Get([]byte("format")))); err != nil || m.format < 1 {
		return m, errors.New("bucket meta: the format is not a number")
	}
	m.service, m.set = string(bucket.Get([]byte("service"))), string(bucket.Get([]byte("set")))
	if m.service == "" || m.set == "" {
		return m, errors.New("bucket meta: the service or the set is missing")
	}
	return m, nil
}

// SetOf is the id of the set that a file belongs to, "" if it does not say.
func SetOf(tx *bbolt.Tx) string {
	m, err := readMeta(tx)
	if err != nil {
		return ""
	}
	return m.set
}

func (m meta) write(tx *bbolt.Tx) error {
	bucket, err := tx.CreateBucketIfNotExists(metaBucket)
	if err != nil {
		return err
	}
	for key, value := range map[string]string{"format": strconv.Itoa(m.format), "service": m.service, "set": m.set} {
		if err := bucket.Put([]byte(key), []byte(value)); err != nil {
			return err
		}
	}
	return nil
}

// Migration brings a file from one format to the next, all or nothing.
type Migration func(tx *bbolt.Tx) error

// format is the one that a program with these migrations writes. The first
// migration leads from format 1 to 2.
func format(migrations []Migration) int { return 1 + len(migrations) }

// migrate brings a file of an older format to the newest.
func (m *meta) migrate(tx *bbolt.Tx, migrations []Migration) error {
	for ; m.format < format(migrations); m.format++ {
		if err := migrations[m.format-1](tx); err != nil {
			return fmt.Errorf("bring it from format %d to %d: %w", m.format, m.format+1, err)
		}
	}
	return nil
}
