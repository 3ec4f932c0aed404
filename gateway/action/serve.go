package action

import (
	"context"
	"encoding/json"
	"log/slog"

	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/libs/apierr"
)

// Other stands for every Action that is not in the registry.
const Other = "_OTHER"

// Outcome is a finished Action: the envelope to send, and what to count it as.
type Outcome struct {
	Action string // a name of the registry, or Other
	Code   envelope.Code
	Body   []byte
}

// Serve carries out the Action in body. There is an envelope for everything, a
// panic included. Body is not referred to after the return.
func (a *Actions) Serve(ctx context.Context, body []byte) Outcome {
	name, data, err := a.dispatch(ctx, body)
	if err != nil {
		code, reply := envelope.Failure(err)
		a.report(ctx, name, code, err)
		return Outcome{name, code, reply}
	}
	return Outcome{name, envelope.OK, envelope.Success(data)}
}

func (a *Actions) dispatch(ctx context.Context, body []byte) (name string, data []byte, err error) {
	name = Other
	defer apierr.Recover(&err)
	fields, err := envelope.Parse(body)
	if err != nil {
		return name, nil, err
	}
	handle, known := registry[fields.Action()]
	if !known {
		return name, nil, fields.Unknown()
	}
	name = fields.Action()
	reply, err := handle(ctx, a, fields)
	if err != nil {
		return name, nil, err
	}
	data, err = encode(reply)
	return name, data, err
}

func encode(reply any) ([]byte, error) {
	switch reply := reply.(type) {
	case nil:
		return nil, nil
	case json.RawMessage: // encoded once for many
		return reply, nil
	default:
		return envelope.Encode(reply)
	}
}

// report logs a failure once: loudly where an operator must act, quietly where
// only the client is wrong.
func (a *Actions) report(ctx context.Context, name string, code envelope.Code, err error) {
	level := slog.LevelError
	switch apierr.CodeOf(err) {
	case apierr.Unavailable:
		level = slog.LevelWarn
	case apierr.Invalid, apierr.NotFound:
		level = slog.LevelDebug
	}
	if envelope.IsRefusal(err) {
		level = slog.LevelDebug
	}
	a.log.Log(ctx, level, "action failed", "action", name, "return_value", int(code), "err", err)
}
