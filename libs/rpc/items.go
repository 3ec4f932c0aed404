package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// A batch whose items all have values is answered as any call is, by a list of
// them. If all failed with the same code, the call failed. Only where some
// failed, or not alike, is each item told for itself, under a status of its own:
// copies of different age understand each other.

// sent is one item of such an answer.
type sent[R any] struct {
	Value *R            `json:"value,omitempty"`
	Error *apierr.Error `json:"error,omitempty"`
}

// HandleBatch makes a Method of a function that returns one result for each
// item, in order.
func HandleBatch[T, R any](name string, fn func(context.Context, []T) []combine.Result[R]) Method {
	return Method{name: name, call: func(ctx context.Context, body []byte) (answer, error) {
		items, err := arguments[[]T](name, body)
		if err != nil {
			return answer{}, err
		}
		results := fn(ctx, items)
		if err := combine.Whole(results); err != nil {
			return answer{}, err
		}
		values, err := combine.All(results)
		if err == nil {
			return encode(name, http.StatusOK, values)
		}
		each := make([]sent[R], len(results))
		for i, r := range results {
			if r.Err == nil {
				each[i].Value = &r.Value
			} else {
				each[i].Error = apierr.Public(r.Err)
			}
		}
		answered, err := encode(name, http.StatusMultiStatus, each)
		answered.failed = failures(results)
		return answered, err
	}}
}

// mostFailures bounds what is logged of one call.
const mostFailures = 8

// failures tells of the items that failed, each cause once.
func failures[R any](results []combine.Result[R]) (failed []error) {
	told := make(map[string]bool)
	for _, r := range results {
		if r.Err != nil && len(failed) < mostFailures && !told[r.Err.Error()] {
			told[r.Err.Error()] = true
			failed = append(failed, r.Err)
		}
	}
	return failed
}

// callBatch carries out a method that HandleBatch serves.
func callBatch[T, R any](ctx context.Context, c *Client, method string, items []T) []combine.Result[R] {
	var results []combine.Result[R]
	err := c.call(ctx, method, items, func(status int, reply []byte) (err error) {
		results, err = decodeItems[R](status, reply)
		return err
	})
	if err != nil {
		return combine.Fail[R](len(items), err)
	}
	return results
}

// decodeItems reads the answer to a batch, in either of its two forms.
func decodeItems[R any](status int, reply []byte) ([]combine.Result[R], error) {
	if status == http.StatusOK {
		var values []R
		err := json.Unmarshal(reply, &values)
		return combine.OK(values), err
	}
	var each []sent[R]
	if err := json.Unmarshal(reply, &each); err != nil {
		return nil, err
	}
	results := make([]combine.Result[R], len(each))
	for i, one := range each {
		switch {
		case one.Error != nil && one.Error.Code != "":
			results[i].Err = one.Error
		case one.Error != nil:
			return nil, errors.New("an error without a code")
		case one.Value != nil: // a value that is null is the zero value
			results[i].Value = *one.Value
		}
	}
	return results, nil
}
