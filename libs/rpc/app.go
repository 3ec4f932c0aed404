package rpc

import (
	"encoding/json"
	"time"

	"github.com/gofiber/fiber/v2"

	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/rpc/credentials"
	"xiaozhibo.dev/libs/telemetry"
)

const (
	idleTimeout = 2 * time.Minute
	// A connection older than maxAge is closed with its next reply, so that
	// callers dial now and then and new copies get work; one in ages of them is
	// renewed at a time, though they were opened together.
	maxAge = 24 * time.Second
	ages   = 16
	agesUp = 12 * time.Second
)

// NewApp returns a server for the methods, with limits on every connection. It
// asks ours of its callers, but for TLS, which is the listener's.
func NewApp(health *lifecycle.Health, ours *credentials.Credentials, scope telemetry.Scope, methods ...Method) *fiber.App {
	return newApp(health, newGuard(ours, scope), scope, methods...)
}

// newApp is NewApp with a guard that the listener shares.
func newApp(health *lifecycle.Health, guard *guard, scope telemetry.Scope, methods ...Method) *fiber.App {
	app := fiber.New(fiber.Config{
		DisableStartupMessage: true,
		Network:               fiber.NetworkTCP, // fiber's default is IPv4 only
		StreamRequestBody:     true,             // a body is read by receive, which takes no memory for what has not come
		// Otherwise a form would be written to the disk before anybody is asked who sends it.
		DisablePreParseMultipartForm: true,
		ReadTimeout:                  maxTimeout,
		WriteTimeout:                 maxTimeout,
		IdleTimeout:                  idleTimeout,
		JSONEncoder:                  json.Marshal,
		JSONDecoder:                  json.Unmarshal,
	})
	app.Use(func(c *fiber.Ctx) error {
		err := c.Next()
		conn := c.Context()
		if health.Draining() || time.Since(conn.ConnTime()) > age(conn.ConnID()) {
			c.Response().SetConnectionClose()
		}
		return err
	})
	app.Server().HeaderReceived = guard.look
	app.Use(guard.admit)
	Mount(app, scope, methods...)
	return app
}

// age is how old a connection may become.
func age(connection uint64) time.Duration {
	return maxAge + agesUp/ages*time.Duration(connection%ages)
}
