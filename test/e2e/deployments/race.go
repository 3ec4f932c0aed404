//go:build race

package deployments

// RaceEnabled tells that the server is built with the race detector when its test is.
const RaceEnabled = true
