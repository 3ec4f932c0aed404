//go:build !race

package e2e

// raceEnabled: the server is built with the race detector when its test is.
const raceEnabled = false
