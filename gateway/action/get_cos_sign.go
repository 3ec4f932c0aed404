package action

import (
	"context"

	"xiaozhibo.dev/gateway/envelope"
)

type uploadSign string

func (s uploadSign) AppendJSON(dst []byte) []byte {
	return append(envelope.AppendText(dst, `{"sign":`, string(s)), '}')
}

func getCOSSign(ctx context.Context, a *Actions, _ *envelope.Fields) ([]byte, error) {
	issued, err := a.Signing.Upload(ctx)
	if err != nil {
		return nil, err
	}
	return envelope.Success(uploadSign(issued.Sign)), nil
}
