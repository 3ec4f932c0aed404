package redistest

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"testing"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/libs/store/storebench"
)

// Write is a write to be measured. Open returns it on an empty Redis; it is
// given the number of the call.
type Write struct {
	Name string
	Open func(b *testing.B, db *redisdb.DB) func(i int) error
}

// rounds is how often both sides take their turn, so that what the machine does meanwhile
// meets both.
const rounds = 5

// Compare runs our writes beside command as redis-benchmark sends it, with 64 and 256
// callers on one server that appends to a file, and reports the median of how many writes
// we make for each of its own. Absolute figures are the machine's. Beside it stands what 16
// commands in a pipeline do.
func Compare(b *testing.B, command []string, ours ...Write) {
	b.Helper()
	server := Start(b, "--appendonly", "yes", "--auto-aof-rewrite-percentage", "0")
	for _, callers := range []int{64, 256} {
		for _, write := range ours {
			b.Run(fmt.Sprintf("%s/callers=%d", write.Name, callers), func(b *testing.B) {
				db := Connect(b, redisdb.Config{Addrs: config.StringList{server.Addr()}, Prefix: Prefix()}, nil)
				one, n := write.Open(b, db), max(1, b.N/rounds)
				ratios := make([]float64, rounds)
				for i := range ratios {
					rate := storebench.Rate(b, callers, n, func(call int) error { return one(i*n + call) })
					ratios[i] = rate / Benchmark(b, server, callers, 1, n, command...)
				}
				slices.Sort(ratios)
				b.ReportMetric(ratios[rounds/2], "writes/"+command[0])
			})
		}
		for _, pipeline := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s-P%d/callers=%d", command[0], pipeline, callers), func(b *testing.B) {
				b.ReportMetric(Benchmark(b, server, callers, pipeline, b.N, command...), "writes/s")
			})
		}
	}
}

// Benchmark has redis-benchmark send command n times over as many connections as there are
// clients, each with pipeline commands under way, and returns how many are done in a second.
// It puts a random number below a million for __rand_int__.
func Benchmark(b *testing.B, server *Server, clients, pipeline, n int, command ...string) (rate float64) {
	b.Helper()
	tool, err := exec.LookPath("redis-benchmark")
	if err != nil {
		b.Skip("no redis-benchmark on the PATH: it is in Debian's package redis-tools")
	}
	args := []string{
		"-p", strconv.Itoa(server.port), "--csv", "-r", "1000000", "-n", strconv.Itoa(n),
		"-c", strconv.Itoa(clients), "-P", strconv.Itoa(pipeline),
	}
	out, err := exec.CommandContext(b.Context(), tool, append(args, command...)...).Output()
	if err != nil {
		b.Fatalf("redis-benchmark: %v", err)
	}
	rows, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	if err != nil || len(rows) != 2 || len(rows[1]) < 2 { // a head, and command, rate and latencies
		b.Fatalf("redis-benchmark wrote %q, %v", out, err)
	}
	if rate, err = strconv.ParseFloat(rows[1][1], 64); err != nil {
		b.Fatalf("redis-benchmark wrote %q: %v", out, err)
	}
	return rate
}
