package rpc

import (
	"encoding/json"
	"log/slog"
	"time"

	"github.com/gofiber/fiber/v2"
)

// NewApp returns a server for the methods, with limits on every connection.
func NewApp(log *slog.Logger, methods ...Method) *fiber.App {
	app := fiber.New(fiber.Config{
		DisableStartupMessage: true,
		Network:               fiber.NetworkTCP, // fiber's default is IPv4 only
		BodyLimit:             MaxBody,
		ReadTimeout:           maxTimeout,
		WriteTimeout:          maxTimeout,
		IdleTimeout:           2 * time.Minute,
		JSONEncoder:           json.Marshal,
		JSONDecoder:           json.Unmarshal,
	})
	Mount(app, log, methods...)
	return app
}
