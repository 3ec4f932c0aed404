package platformtest

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
)

// Fault is what goes wrong with one call.
type Fault string

// The faults.
const (
	None     Fault = ""
	Late     Fault = "late"    // no answer while the caller waits
	Reset    Fault = "reset"   // the connection breaks
	Busy     Fault = "busy"    // asked too often
	Internal Fault = "failed"  // the platform could not
	Gateway  Fault = "gateway" // a proxy in between says 502, in HTML
	Garbled  Fault = "garbled" // half an answer
	Lost     Fault = "lost"    // a page of the list without rows, of a list without pages
)

// play answers by the fault, and reports whether there was one.
func (f Fault) play(w http.ResponseWriter, r *http.Request, t *Tencent) bool {
	switch f {
	case None:
		return false
	case Late:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case Reset:
		panic(http.ErrAbortHandler)
	case Busy:
		t.fail(w, "RequestLimitExceeded", "Your current request exceeds the frequency limit.")
	case Internal:
		t.fail(w, "InternalError.CallOtherSvrError", "Error calling internal service.")
	case Gateway:
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html>502 Bad Gateway</html>")
	case Garbled:
		_, _ = io.WriteString(w, `{"Response":{"OnlineInfo":[{"Stream`)
	case Lost:
		t.reply(w, map[string]any{"TotalNum": 0, "TotalPage": 0, "PageNum": 1, "PageSize": longestPage, "OnlineInfo": []any{}})
	}
	return true
}

// Transport reaches a handler without a network.
type Transport struct{ Handler http.Handler }

// RoundTrip implements http.RoundTripper. A handler that aborts breaks the connection.
func (t Transport) RoundTrip(r *http.Request) (response *http.Response, err error) {
	recorder := httptest.NewRecorder()
	defer func() {
		if p := recover(); p == http.ErrAbortHandler { //nolint:errorlint // it is that value which net/http asks for
			response, err = nil, errors.New("connection reset by peer")
			if r.Context().Err() != nil {
				err = r.Context().Err()
			}
		} else if p != nil {
			panic(p)
		}
	}()
	t.Handler.ServeHTTP(recorder, r)
	response = recorder.Result()
	response.Request = r
	return response, nil
}
