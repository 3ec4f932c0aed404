package rpc

import (
	"errors"
	"io"

	"github.com/gofiber/fiber/v2"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/intake"
)

// maxBodies is the memory, in bytes, that all calls under way may have together.
const maxBodies = 96 << 20

// receive reads the body of a call as it was sent: what is compressed could
// become a thousand times as long.
func receive(c *fiber.Ctx, bodies *intake.Budget) (intake.Body, error) {
	header := &c.Request().Header
	if encoding := header.Peek(fiber.HeaderContentEncoding); len(encoding) > 0 {
		return refuseBody(c, apierr.New(apierr.Invalid, "a call has no Content-Encoding"))
	}
	stream := c.Context().RequestBodyStream()
	if stream == nil { // it is short, or there is no network
		return intake.Body{Bytes: c.Request().Body()}, nil
	}
	length := header.ContentLength()
	if length < 0 {
		length = intake.Unknown
	}
	body, err := bodies.Read(stream, length, MaxBody)
	switch {
	case err == nil:
		return body, nil
	case errors.Is(err, intake.ErrTooLong):
		return refuseBody(c, apierr.New(apierr.Invalid, "a call is longer than %d bytes", MaxBody))
	case errors.Is(err, intake.ErrBusy):
		return refuseBody(c, apierr.New(apierr.Unavailable, "too many calls are being received"))
	case errors.Is(err, io.ErrUnexpectedEOF):
		return refuseBody(c, apierr.New(apierr.Invalid, "a call has broken off"))
	default:
		return refuseBody(c, apierr.Wrap(apierr.Invalid, err, "a call could not be received"))
	}
}

// refuseBody closes the connection, on which the rest of the body may follow.
func refuseBody(c *fiber.Ctx, err error) (intake.Body, error) {
	c.Context().SetConnectionClose()
	return intake.Body{}, err
}
