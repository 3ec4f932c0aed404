package edge_test

import (
	"testing"

	"xiaozhibo.dev/gateway/edge"
)

func TestConnectionsLeaveFilesToOthers(t *testing.T) {
	for _, test := range []struct {
		connections int
		files       uint64
		want        int
	}{
		{50_000, 1 << 20, 50_000},
		{50_000, 1 << 63, 50_000},
		{50_000, 20_000, 19_744},
		{0, 20_000, 19_744}, // no limit of ours
		{50_000, 400, 300},
		{100, 400, 100},
		{50_000, 64, 48},
	} {
		if got := edge.WithinFiles(test.connections, test.files); got != test.want {
			t.Errorf("%d connections and %d files: %d, want %d", test.connections, test.files, got, test.want)
		}
	}
}
