package tencent

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"xiaozhibo.dev/libs/platform"
)

// version is that of the interface.
const version = "2018-08-01"

// call makes one call. In is what is asked, and out, a pointer, takes the answer.
func (c *Client) call(ctx context.Context, kind platform.Call, action string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return platform.Errorf(platform.Refused, "%s: %w", action, err)
	}
	return c.caller.Do(ctx, kind, func(ctx context.Context) (*http.Request, error) {
		return c.request(ctx, action, body)
	}, func(reply platform.Reply) error {
		return c.read(action, reply, out)
	})
}

// request signs a request as of now.
func (c *Client) request(ctx context.Context, action string, body []byte) (*http.Request, error) {
	key, err := c.config.Key()
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.config.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	now := c.config.Now()
	for name, value := range map[string]string{
		"Content-Type":   contentType,
		"Authorization":  key.Authorize(request.URL.Host, body, now),
		"X-TC-Action":    action,
		"X-TC-Version":   version,
		"X-TC-Timestamp": strconv.FormatInt(now.Unix(), 10),
		"X-TC-Region":    c.config.Region,
	} {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	return request, nil
}

// failure is what stands in an answer instead of a result.
type failure struct {
	Code    string
	Message string
}

// read takes the result out of an answer. An error has status 200 too.
func (c *Client) read(action string, reply platform.Reply, out any) error {
	if err := reply.Check(); err != nil {
		return err
	}
	var answer struct {
		Response json.RawMessage
	}
	var head struct {
		Error     *failure
		RequestID string `json:"RequestId"`
	}
	if json.Unmarshal(reply.Body, &answer) != nil || json.Unmarshal(answer.Response, &head) != nil {
		return platform.Errorf(platform.Unreadable, "%s: the answer is not of the published form", action)
	}
	if head.Error != nil {
		return c.failed(action, *head.Error, head.RequestID, reply)
	}
	if err := json.Unmarshal(answer.Response, out); err != nil {
		return platform.Errorf(platform.Unreadable, "%s: the answer is not of the published form: %w", action, err)
	}
	return nil
}

// failed says what the platform says, and with which id its support can look it up.
func (c *Client) failed(action string, f failure, id string, reply platform.Reply) error {
	outcome := outcomeOf(f.Code)
	if strings.HasPrefix(f.Code, "AuthFailure.SignatureExpire") {
		if theirs, err := http.ParseTime(reply.Header.Get("Date")); err == nil {
			ahead := c.config.Now().Sub(theirs).Round(time.Second)
			return platform.Errorf(outcome, "%s: %s: the clock of this machine is %s ahead of the platform's (request %s)", action, f.Code, ahead, id)
		}
	}
	return platform.Errorf(outcome, "%s: %s: %s (request %s)", action, f.Code, f.Message, id)
}

// outcomeOf sorts the codes, of which there are hundreds, by what stands before the point.
func outcomeOf(code string) platform.Outcome {
	class, _, _ := strings.Cut(code, ".")
	switch class {
	case "RequestLimitExceeded", "LimitExceeded":
		return platform.Limited
	case "AuthFailure", "UnauthorizedOperation", "InvalidParameter", "InvalidParameterValue", "MissingParameter",
		"UnknownParameter", "InvalidAction", "InvalidRequest", "NoSuchVersion", "UnsupportedRegion", "UnsupportedOperation",
		"OperationDenied":
		return platform.Refused
	default: // InternalError, FailedOperation, ResourceUnavailable, and codes to come
		return platform.Failed
	}
}
