package boltstore

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/store/folder"
	"xiaozhibo.dev/services/stream"
)

// checkJournal reports every summary, change, ban and bookmark that cannot be read.
func checkJournal(tx *bbolt.Tx, report folder.Report) {
	checkSummaries(tx, report)
	checkLog(tx, report)
	checkByName(tx, report)
}

// checkSummaries reports on summaries. An ending of their user leads to each.
func checkSummaries(tx *bbolt.Tx, report folder.Report) {
	folder.Each(tx, endedBucket, report, func(key, raw []byte) error {
		ended, err := decodeEnded(key, raw)
		if err != nil {
			return err
		}
		if tx.Bucket(userBucket) != nil {
			if _, found := getEndings(tx, ended.User).find(ended.Session); found {
				return nil
			}
		}
		return fmt.Errorf("no ending in the bucket %s leads to it", userBucket)
	})
}

// checkLog reports on the log of changes.
func checkLog(tx *bbolt.Tx, report folder.Report) {
	folder.Each(tx, changeBucket, report, func(key, raw []byte) error {
		if len(key) != 8 {
			return stream.ErrDamaged
		}
		if latest := newest(tx); int64(binary.BigEndian.Uint64(key)) > latest {
			return fmt.Errorf("its number is above the latest, %d", latest)
		}
		return read(raw, &streams.Change{})
	})
}

// checkByName reports on bans and bookmarks, which hold the name they stand under, and on
// what is kept once.
func checkByName(tx *bbolt.Tx, report folder.Report) {
	folder.Each(tx, banBucket, report, func(user, raw []byte) error {
		var ban streams.Ban
		if err := read(raw, &ban); err != nil {
			return err
		}
		return same(user, ban.User)
	})
	folder.Each(tx, bookmarkBucket, report, func(name, raw []byte) error {
		var bookmark streams.Bookmark
		if err := read(raw, &bookmark); err != nil {
			return err
		}
		return same(name, bookmark.Name)
	})
	folder.Each(tx, journalBucket, report, func(key, raw []byte) error {
		if bytes.Equal(key, unlistedKey) && len(raw) != 8 {
			return stream.ErrDamaged
		}
		return nil
	})
}

// errOther is of a record that stands where another one belongs.
var errOther = errors.New("it is the record of another key")

// read is json.Unmarshal with an error that says that the record is damaged.
func read(raw []byte, into any) error {
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%w: %w", stream.ErrDamaged, err)
	}
	return nil
}

// same returns an error if a record is not of the name that it stands under.
func same(key []byte, name string) error {
	if string(key) != name {
		return errOther
	}
	return nil
}
