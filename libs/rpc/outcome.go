package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"xiaozhibo.dev/libs/apierr"
)

// ErrUnknownMethod is wrapped by the error of a call that a service of an older version does not know. It is Unavailable;
// a caller that can do without the method does.
var ErrUnknownMethod = errors.New("the service does not know the method")

// outcome is what came back from a service, and so what to do next. The error
// beside it says more.
type outcome int

const (
	// unheard: no answer, or none that could be used. The call may have been
	// carried out. Another copy may answer.
	unheard outcome = iota
	// unable: a copy answered that it is Unavailable, as one that is shutting down
	// does. The service is there; another copy may be able.
	unable
	// final: the reply, or an error that every copy would answer with.
	final
)

// attempt sends a call once. The error is nil only if the outcome is final.
type attempt func(ctx context.Context) (outcome, error)

// remoteError reads an answer that is an error of the whole call.
func remoteError(method string, status int, reply []byte) (outcome, error) {
	// A caller whose secret is refused is unheard: another copy may have been given
	// the new secret already.
	if status == http.StatusUnauthorized {
		return unheard, errStranger
	}
	var sent apierr.Error
	known := json.Unmarshal(reply, &sent) == nil && sent.Code != ""
	switch {
	case known && sent.Code == apierr.Unavailable:
		return unable, &sent
	case known:
		return final, &sent
	case status == http.StatusNotFound: // nothing of ours is there
		return final, noAnswer(method, ErrUnknownMethod)
	case 400 <= status && status < 500:
		return final, noAnswer(method, fmt.Errorf("the call was refused with status %d", status))
	default:
		return unheard, fmt.Errorf("answered with status %d", status)
	}
}
