package action

import (
	"context"

	"xiaozhibo.dev/gateway/envelope"
)

type uploadSign struct {
	Sign string `json:"sign"`
}

func getCOSSign(ctx context.Context, a *Actions, _ *envelope.Fields) (any, error) {
	issued, err := a.Signing.Upload(ctx)
	if err != nil {
		return nil, err
	}
	return uploadSign{issued.Sign}, nil
}
