package edge

import (
	"log/slog"
	"syscall"
)

// spareFiles are descriptors that connections of clients leave for stores,
// services, the ops listener and the log.
const spareFiles = 256

// withinFiles returns how many connections the process can have with so many file
// descriptors. Over that nothing could be accepted, and no store opened. connections is
// the configured limit, 0 for none; a quarter of very few descriptors is spared.
func withinFiles(connections int, files uint64) int {
	most := int(min(files, 1<<30))
	most -= min(spareFiles, most/4)
	if connections == 0 || connections > most {
		return most
	}
	return connections
}

// maxConnections returns the limit on connections that holds: the configured one, or the
// one that open files allow where that is lower. A lower one is logged. 0 is no limit.
func maxConnections(configured int, log *slog.Logger) int {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		log.Warn("the limit of open files is not known", "err", err)
		return configured
	}
	holds := withinFiles(configured, files.Cur)
	if configured > holds {
		log.Warn("max_connections is more than the limit of open files allows: raise the limit (ulimit -n)",
			"max_connections", configured, "open_files", files.Cur, "holds", holds)
	}
	return holds
}
