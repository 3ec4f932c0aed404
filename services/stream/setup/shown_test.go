//go:build !race

package setup_test

import (
	"context"
	"encoding/json"
	"fmt"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/services/stream"
)

// shown is all that a service shows.
func shown(ctx context.Context, s *stream.Service) (text string) {
	for _, user := range users {
		session, err := combine.One(s.Sessions(ctx, []string{user}))
		text += fmt.Sprintf("%+v %v\n", session, err)
		for _, file := range []string{"fa", "fb", "fc", "fd"} {
			recording, err := combine.One(s.Recordings(ctx, []streams.FileKey{{User: user, FileID: file}}))
			text += fmt.Sprintf("%+v %v\n", recording, err)
		}
	}
	pages := s.Pages(ctx, []streams.Query{{Live: true, Recorded: true, Limit: 100}, {Recorded: true, Offset: 1, Limit: 2}})
	for i := range pages {
		pages[i].Value.Change = 0 // a log that was restored leaves out numbers
	}
	return text + fmt.Sprintf("%+v\n", pages) + shownJournal(ctx, s)
}

var marks = []string{"webhooks", "书签"}

// shownJournal is what has happened, who is banned, and what processes want to find again.
func shownJournal(ctx context.Context, s *stream.Service) (text string) {
	keys := []streams.StoryKey{}
	for _, user := range users {
		keys = append(keys, streams.StoryKey{User: user})
		page, err := s.Summaries(ctx, streams.SummaryQuery{User: user, Limit: streams.MaxLimit})
		text += fmt.Sprintf("%+v %v\n", page, err)
	}
	page, err := s.Summaries(ctx, streams.SummaryQuery{Limit: streams.MaxLimit})
	text += fmt.Sprintf("%+v %v\n", page, err)
	for _, summary := range page.Summaries {
		keys = append(keys, streams.StoryKey{User: summary.User, Session: summary.Session})
	}
	for _, story := range s.Stories(ctx, keys) {
		text += fmt.Sprintf("%+v %v\n", story.Value, story.Err)
	}
	for _, ban := range s.Bans(ctx, users) {
		text += fmt.Sprintf("%+v %v\n", ban.Value, ban.Err)
	}
	bans, err := s.ListBans(ctx, streams.BanQuery{Limit: streams.MaxLimit})
	text += fmt.Sprintf("%+v %v\n", bans, err)
	for _, name := range marks {
		bookmark, err := s.Bookmark(ctx, name)
		text += fmt.Sprintf("%+v %v\n", marked(bookmark), err)
	}
	return text + shownLog(ctx, s)
}

// shownLog is the log without numbers, of which one that was restored leaves out some, and
// without recordings that time has taken off the list: those are told anew, or not.
func shownLog(ctx context.Context, s *stream.Service) (text string) {
	page, err := s.Changes(ctx, streams.ChangeQuery{Limit: streams.MaxLimit})
	text = fmt.Sprintln(err)
	for _, change := range page.Changes {
		if change.Kind == streams.RecordingRemoved && change.Reason == streams.Expired {
			continue
		}
		change.Number = 0
		raw, err := json.Marshal(change)
		text += fmt.Sprintf("%s %v\n", raw, err)
	}
	return text
}

// marked is a bookmark in which no value and an empty one are the same.
func marked(b streams.Bookmark) string { return fmt.Sprintf("%s %d %q", b.Name, b.Version, b.Value) }
