package action_test

import (
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"xiaozhibo.dev/gateway/gatewaytest"
)

var update = flag.Bool("update", false, "write the replies into the golden files")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Each golden file is a request, a line of dashes, and the reply to the byte.
func TestGoldenRequestsAndReplies(t *testing.T) {
	actions := newActions(t, gatewaytest.World(), slog.New(slog.DiscardHandler))
	t.Cleanup(actions.Close)
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			const line = "\n----------\n"
			request, want, _ := strings.Cut(strings.TrimSuffix(string(text), "\n"), line)
			got := string(actions.Serve(t.Context(), []byte(request)).Body)
			if *update {
				if err := os.WriteFile(file, []byte(request+line+got+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("%s\nis answered\n%s\nwant\n%s", request, got, want)
			}
		})
	}
}
