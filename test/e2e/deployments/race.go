//go:build race

package deployments

// raceEnabled: the server is built with the race detector when its test is.
const raceEnabled = true
