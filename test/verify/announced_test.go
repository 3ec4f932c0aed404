package verify_test

// What the protocol describes ahead of the code. A name that the code has by now must go: a test says so.
var (
	announcedFields = []string{}
	announcedKeys   = []string{"XZB_LIST_REQUIRES_PUSH"}
)
