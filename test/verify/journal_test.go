package verify_test

import (
	"strings"
	"testing"

	"xiaozhibo.dev/libs/api/streams"
)

// Whoever reads a story finds each of its words explained.
func TestTheJournalExplainsEveryWordOfAStory(t *testing.T) {
	words := []string{}
	for _, verdict := range streams.Verdicts {
		words = append(words, string(verdict))
	}
	for _, source := range streams.Sources {
		words = append(words, string(source))
	}
	for _, reason := range streams.EndReasons {
		words = append(words, string(reason))
	}
	for _, what := range []streams.What{
		streams.WentOpen, streams.WentOnline, streams.WentOffline, streams.PushBegan, streams.PushEnded, streams.Recorded, streams.FileRemoved,
		streams.Confirmed, streams.Refuted, streams.EndedBy, streams.WasBanned, streams.WasExpired, streams.WasReplaced, streams.WasForgotten,
	} {
		words = append(words, string(what))
	}
	for _, standing := range []streams.Standing{streams.Listed, streams.NeverOnline, streams.NeedsPush, streams.Over, streams.Banned} {
		words = append(words, string(standing))
	}
	for _, name := range []string{"docs/journal.md", "docs/journal.zh.md"} {
		text := read(t, name)
		for _, word := range words {
			if !strings.Contains(text, "\n| `"+word+"`") && !strings.Contains(text, "` `"+word+"`") {
				t.Errorf("%s does not explain `%s`", name, word)
			}
		}
	}
}
