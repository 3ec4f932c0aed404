package streams_test

import (
	"context"
	"testing"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/rpc"
	"xiaozhibo.dev/libs/rpc/rpctest"
)

// During an upgrade a gateway meets stream services of the version before, which know sessions and no fences.
func TestTheFencesOfAnOlderServiceAreThoseOfItsSessions(t *testing.T) {
	client := rpctest.Serve(t, rpc.HandleBatch("stream.Sessions", func(_ context.Context, users []string) []combine.Result[*streams.Session] {
		sessions := make([]combine.Result[*streams.Session], len(users))
		for i, user := range users {
			if user != "nobody" {
				sessions[i].Value = &streams.Session{User: user, Number: 7, Group: "group of " + user}
			}
		}
		return sessions
	}))
	remote := streams.Dial(client)
	defer remote.Close()
	fences, err := combine.All(remote.Fences(t.Context(), []string{"tom", "nobody"}))
	if err != nil || fences[0] != (streams.Fence{Number: 7, Group: "group of tom"}) || fences[1] != (streams.Fence{}) {
		t.Errorf("fences %+v, %v", fences, err)
	}
}
