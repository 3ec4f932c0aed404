package verify_test

// What the protocol describes ahead of the code. A name that the code has by now must go: a test says so.
var (
	announcedFields = []string{"token", "usersig"}
	announcedKeys   = []string{
		"XZB_ANCHOR_TTL", "XZB_AUTH", "XZB_AUTH_HEADER", "XZB_AUTH_READS", "XZB_CALLBACK_UNSIGNED", "XZB_IDLE_TIMEOUT",
		"XZB_LIST_REQUIRES_PUSH",
		"XZB_MAX_CONNECTIONS", "XZB_MAX_CONNECTIONS_PER_ADDRESS", "XZB_MAX_MEMBERS", "XZB_MAX_NEW_ANCHORS_PER_ADDRESS",
		"XZB_MAX_OPENS_PER_USER",
	}
)
