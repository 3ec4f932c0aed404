package action

import (
	"context"

	"xiaozhibo.dev/gateway/envelope"
)

// uploadSign is the returnData of GetCOSSign, a signature with which clients upload to
// COS.
type uploadSign string

// AppendJSON implements envelope.Data.
func (s uploadSign) AppendJSON(dst []byte) []byte {
	return append(envelope.AppendText(dst, `{"sign":`, string(s)), '}')
}

// getCOSSign issues an upload signature. It reads no fields. NotConfigured where the
// operator has not set COS up.
func getCOSSign(ctx context.Context, a *Actions, fields input) (*Body, error) {
	if err := a.FairUse.Upload(ctx, fields.from); err != nil {
		return nil, err
	}
	issued, err := a.Signing.Upload(ctx)
	if err != nil {
		return nil, err
	}
	return success(uploadSign(issued.Sign)), nil
}
