package redistest

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

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

const (
	// rounds is how often both sides take their turn, so that what the machine does meanwhile
	// meets both.
	rounds = 5
	// least is how many writes each side makes in a round at least: enough to fill what lies
	// between the callers and Redis many times over.
	least = 10_000
)

// Compare runs our writes beside command as redis-benchmark sends it, with 64 and 256
// callers on one server that appends to a file, and reports the median of how many writes
// we make for each of its own, and the range. Beside it stands the processor time of Redis for
// one of ours and for one of its own, and that of this process for one of ours. All but the
// ratio is the machine's. Then comes what 16 commands in a pipeline do.
func Compare(b *testing.B, command []string, ours ...Write) {
	b.Helper()
	server := Start(b, "--appendonly", "yes", "--auto-aof-rewrite-percentage", "0")
	for _, callers := range []int{64, 256} {
		for _, write := range ours {
			b.Run(fmt.Sprintf("%s/callers=%d", write.Name, callers), func(b *testing.B) {
				db := Connect(b, redisdb.Config{Addrs: config.StringList{server.Addr()}, Prefix: Prefix()}, nil)
				one, n := write.Open(b, db), max(least, b.N/rounds)
				var ratios []float64
				var our, redisOurs, redisTheirs time.Duration
				for i := range rounds {
					began, redisBegan := processor(b), server.Processor(b)
					rate := storebench.Rate(b, callers, n, func(call int) error { return one(i*n + call) })
					our, redisOurs = our+processor(b)-began, redisOurs+server.Processor(b)-redisBegan
					redisBegan = server.Processor(b)
					ratios = append(ratios, rate/Benchmark(b, server, callers, 1, n, command...))
					redisTheirs += server.Processor(b) - redisBegan
				}
				slices.Sort(ratios)
				b.ReportMetric(ratios[rounds/2], "writes/"+command[0])
				b.ReportMetric(ratios[0], "least")
				b.ReportMetric(ratios[rounds-1], "most")
				for unit, spent := range map[string]time.Duration{
					"our-µs/write": our, "redis-µs/write": redisOurs, "redis-µs/" + command[0]: redisTheirs,
				} {
					b.ReportMetric(float64(spent.Nanoseconds())/1e3/float64(rounds*n), unit)
				}
				b.ReportMetric(0, "ns/op") // of no use
			})
		}
		for _, pipeline := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s-P%d/callers=%d", command[0], pipeline, callers), func(b *testing.B) {
				b.ReportMetric(Benchmark(b, server, callers, pipeline, max(least, b.N), command...), "writes/s")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// processor is the processor time that this process has taken.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
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
