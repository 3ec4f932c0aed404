package rpctest

import (
	"net/http"

	"github.com/gofiber/fiber/v2/middleware/adaptor"

	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/rpc"
	"xiaozhibo.dev/libs/telemetry"
)

// Handler serves methods without a network, in the goroutine of its caller: for
// tests that bring a network of their own.
func Handler(methods ...rpc.Method) http.Handler {
	return adaptor.FiberApp(rpc.NewApp(&lifecycle.Health{}, nil, telemetry.Discard(), methods...))
}
