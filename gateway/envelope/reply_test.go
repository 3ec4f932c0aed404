package envelope_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/libs/apierr"
)

type url string

func (u url) AppendJSON(dst []byte) []byte {
	return append(envelope.AppendText(dst, `{"url":`, string(u)), '}')
}

func TestAReplyAlwaysHasItsThreeFields(t *testing.T) {
	if got, want := string(envelope.Success(nil)), `{"returnValue":0,"returnMsg":"return successfully!","returnData":{}}`; got != want {
		t.Errorf("an empty success is %s, want %s", got, want)
	}
	const want = `{"returnValue":0,"returnMsg":"return successfully!","returnData":{"url":"http://h/?a=1&b=<2>"}}`
	if got := string(envelope.Success(url("http://h/?a=1&b=<2>"))); got != want {
		t.Errorf("a success is %s, want %s", got, want)
	}
}

func TestEveryErrorHasItsCodeAndShowsNoCause(t *testing.T) {
	secret := errors.New("dial tcp 10.0.0.7: s3cr3t")
	for _, test := range []struct {
		err     error
		code    envelope.Code
		message string
	}{
		{apierr.Wrap(apierr.Invalid, secret, "bad"), 1000, `"bad"`},
		{apierr.Wrap(apierr.NotFound, secret, "none"), 2003, `"none"`},
		{apierr.Wrap(apierr.Storage, secret, "storage failed"), 2003, `"storage failed"`},
		{apierr.Wrap(apierr.Unavailable, secret, "no answer"), 3000, `"no answer"`},
		{fmt.Errorf("read: %w", context.DeadlineExceeded), 3000, `"no answer in time"`},
		{apierr.Wrap(apierr.NotConfigured, secret, "no bizid"), 4000, `"no bizid"`},
		{apierr.Wrap(apierr.Denied, secret, "denied"), 4004, `"denied"`},
		{apierr.Wrap(apierr.TooMany, secret, "too many rooms"), 4003, `"too many rooms"`},
		{apierr.Wrap("a code of a newer version", secret, "new"), 4000, `"new"`},
		{secret, 4000, `"internal error"`},
		{fmt.Errorf("outer: %w", &envelope.Error{Code: 4002, Message: `say "hi" & <go>`}), 4002, `"say \"hi\" & <go>"`},
	} {
		code, body := envelope.Failure(test.err)
		want := fmt.Sprintf(`{"returnValue":%d,"returnMsg":%s,"returnData":{}}`, test.code, test.message)
		if code != test.code || string(body) != want {
			t.Errorf("the reply to %v is %d %s, want %s", test.err, code, body, want)
		}
	}
}
