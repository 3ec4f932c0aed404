package ratelog_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/libs/ratelog"
)

func TestAFloodIsALineNowAndThen(t *testing.T) {
	var logged strings.Builder
	now := time.Unix(1480000000, 0)
	log := ratelog.New(slog.New(slog.NewTextHandler(&logged, nil)), 5*time.Second, func() time.Time { return now })
	for i := range 1000 {
		now = time.Unix(1480000000+int64(i/100), 0) // ten seconds
		log.Log(t.Context(), slog.LevelWarn, "refused", "number", i)
	}
	lines := strings.Split(strings.TrimSpace(logged.String()), "\n")
	if len(lines) != 2 || strings.Contains(lines[0], "more_since_last") || !strings.Contains(lines[1], "number=500 more_since_last=499") {
		t.Errorf("logged %s", logged.String())
	}
	if !strings.Contains(lines[0], "level=WARN msg=refused number=0") {
		t.Errorf("the first line is %s", lines[0])
	}
}
