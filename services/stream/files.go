package stream

import (
	"context"

	"xiaozhibo.dev/libs/api/streams"
)

// RemoveFiles implements streams.Service. Each file is a write of its own: one that is done
// stays done where another fails. Where several users have a file of that id, each loses it: the
// platform names the file and not whose it is. An id that no file can have is passed over.
func (s *Service) RemoveFiles(ctx context.Context, files []string) (streams.Verdict, error) {
	result := streams.Unknown
	for _, id := range files {
		if id == "" || len(id) > streams.MaxID {
			continue
		}
		users, err := s.store.UsersOf(ctx, id)
		if err != nil {
			return "", err
		}
		for _, user := range users {
			verdict, err := s.change(ctx, user, streams.Event, false, Reads{FileID: id}, func(t *turn) (streams.Verdict, error) {
				return t.removeFile(id)
			})
			if err != nil {
				return "", err
			}
			if result != streams.Applied && verdict != streams.Unknown {
				result = verdict
			}
		}
	}
	return result, nil
}

// removeFile takes a file out of its recording, and tells it. The recording is kept without it,
// so that the platform's event about that file, if it is repeated, does not bring it back.
func (t *turn) removeFile(id string) (streams.Verdict, error) {
	found, err := t.tx.Recording(id)
	if err != nil || found == nil {
		return streams.Unknown, err
	}
	wasPlayable, before := found.Playable(), found.Recording
	if !found.remove(id) {
		return streams.Repeated, nil
	}
	change := streams.Change{Kind: streams.RecordingListed, User: found.User, FileID: found.FileID}
	switch row := found.Recording; {
	case !found.Playable():
		change.Kind, change.Reason = streams.RecordingRemoved, streams.Removed
	case row != before:
		change.Recording = &row
	}
	if wasPlayable && found.InWindow(t.now, t.config) && found.Recording != before {
		t.changes = append(t.changes, change)
	}
	t.puts = append(t.puts, recordingPut{*found, id})
	t.tell(streams.Entry{At: t.now.UnixMilli(), Source: streams.Event, What: streams.FileRemoved, ID: id, Verdict: streams.Applied})
	return streams.Applied, nil
}
