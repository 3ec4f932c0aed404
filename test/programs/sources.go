package programs

import "os"

// AreBuilt is called by a test before it builds programs. go test keeps the result of a test by the variables that it
// reads: make sets this one to a hash of all that programs are built of, so that no result of other programs is repeated.
// Without make, go test needs -count=1 after a change of the programs.
func AreBuilt() { _ = os.Getenv("TESTED_SOURCES") }
