package platformtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// What the documents say of the interface.
const (
	version      = "2018-08-01"
	longestPage  = 100
	shortestPage = 10
	// ListLimit is how many streams the list has at most.
	ListLimit = 20_000
	// ListPerSecond and StatePerSecond are how often the two may be asked.
	ListPerSecond  = 100
	StatePerSecond = 300
)

// Tencent plays live.tencentcloudapi.com for one domain and one account. Its fields are set
// before it is used.
type Tencent struct {
	Streams *Streams
	Domain  string
	ID, Key string
	Now     func() time.Time

	Stale     time.Duration // the list is made anew when it is older than this
	ListLimit int           // 0 for that of the documents

	// Fault is asked before each call, by its Action; nil: there is none.
	Fault func(action string) Fault
	// Paged is called after each page of the list; may be nil.
	Paged func(number int)

	mu      sync.Mutex
	list    []Push
	listed  time.Time
	second  int64
	asked   map[string]int // in that second
	answers int
}

// ServeHTTP answers a request.
func (t *Tencent) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	action := r.Header.Get("X-Tc-Action")
	if t.Fault != nil && t.Fault(action).play(w, r, t) {
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.fail(w, "InternalError", "the body cannot be read")
		return
	}
	if code, message := t.admit(r, action, body); code != "" {
		t.fail(w, code, message)
		return
	}
	var asked request
	if err := json.Unmarshal(body, &asked); err != nil {
		t.fail(w, "InvalidRequest", "the body is no JSON")
		return
	}
	if asked.DomainName != t.Domain || asked.AppName != "live" {
		t.fail(w, "InvalidParameterValue", "the domain or the application is not of this account")
		return
	}
	t.answer(w, action, asked)
}

// request is all that any of the calls may ask for.
type request struct {
	DomainName, AppName, StreamName string
	PageNum, PageSize               int
	ResumeTime, Reason              string
}

// admit checks what all calls have in common.
func (t *Tencent) admit(r *http.Request, action string, body []byte) (code, message string) {
	if r.Method != http.MethodPost || r.Header.Get("X-Tc-Version") != version {
		return "NoSuchVersion", "The specified version does not exist."
	}
	if code, message := t.verify(r, body); code != "" {
		return code, message
	}
	limit := map[string]int{
		"DescribeLiveStreamOnlineList": ListPerSecond, "DescribeLiveStreamState": StatePerSecond,
		"DropLiveStream": 100, "ForbidLiveStream": 200, "ResumeLiveStream": 200,
	}[action]
	if limit == 0 {
		return "InvalidAction", "The specified action is invalid or does not exist."
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := t.Now().Unix(); now != t.second {
		t.second, t.asked = now, map[string]int{}
	}
	if t.asked[action]++; t.asked[action] > limit {
		return "RequestLimitExceeded", fmt.Sprintf("Your current request times equals to `%d` in a second, which exceeds the frequency limit `%d` for a second.", t.asked[action], limit)
	}
	return "", ""
}

func (t *Tencent) answer(w http.ResponseWriter, action string, asked request) {
	switch action {
	case "DescribeLiveStreamOnlineList":
		t.page(w, asked)
	case "DescribeLiveStreamState":
		t.reply(w, map[string]any{"StreamState": t.Streams.State(asked.StreamName, t.Now())})
	case "DropLiveStream":
		t.Streams.End(asked.StreamName)
		t.reply(w, map[string]any{})
	case "ForbidLiveStream":
		until := t.Now().Add(7 * 24 * time.Hour)
		if asked.ResumeTime != "" {
			var err error
			if until, err = time.Parse("2006-01-02T15:04:05Z", asked.ResumeTime); err != nil || until.After(t.Now().Add(90*24*time.Hour)) {
				t.fail(w, "InvalidParameter", "ResumeTime is no UTC time within 90 days")
				return
			}
		}
		if len(asked.Reason) > 2048 {
			t.fail(w, "InvalidParameter", "Reason is longer than 2048 bytes")
			return
		}
		t.Streams.Forbid(asked.StreamName, until.Unix())
		t.reply(w, map[string]any{})
	case "ResumeLiveStream":
		t.Streams.Forbid(asked.StreamName, 0)
		t.reply(w, map[string]any{})
	}
}

// page answers a page of the list, which may be a while old.
func (t *Tencent) page(w http.ResponseWriter, asked request) {
	if asked.PageNum < 1 || asked.PageSize < shortestPage || asked.PageSize > longestPage {
		t.fail(w, "InvalidParameterValue", "PageNum or PageSize is out of its range")
		return
	}
	list := t.current()
	total := len(list)
	first := min((asked.PageNum-1)*asked.PageSize, total)
	rows := []any{}
	for _, push := range list[first:min(first+asked.PageSize, total)] {
		rows = append(rows, map[string]any{
			"StreamName": push.ID, "AppName": "live", "DomainName": t.Domain,
			"PublishTimeList": []any{map[string]any{"PublishTime": time.Unix(push.Since, 0).UTC().Format("2006-01-02T15:04:05Z")}},
		})
	}
	t.reply(w, map[string]any{
		"TotalNum": total, "TotalPage": (total + asked.PageSize - 1) / asked.PageSize,
		"PageNum": asked.PageNum, "PageSize": asked.PageSize, "OnlineInfo": rows,
	})
	if t.Paged != nil {
		t.Paged(asked.PageNum)
	}
}

// current returns the list as it was made last.
func (t *Tencent) current() []Push {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := t.Now(); t.listed.IsZero() || t.Stale == 0 || now.Sub(t.listed) >= t.Stale || now.Before(t.listed) {
		t.list, t.listed = t.Streams.All(), now
	}
	limit := t.ListLimit
	if limit == 0 {
		limit = ListLimit
	}
	return t.list[:min(limit, len(t.list))]
}

func (t *Tencent) reply(w http.ResponseWriter, result map[string]any) {
	t.mu.Lock()
	t.answers++
	result["RequestId"] = fmt.Sprintf("request-%d", t.answers)
	t.mu.Unlock()
	w.Header().Set("Date", t.Now().UTC().Format(http.TimeFormat))
	_ = json.NewEncoder(w).Encode(map[string]any{"Response": result})
}

// fail answers an error, with status 200 as all answers have.
func (t *Tencent) fail(w http.ResponseWriter, code, message string) {
	t.reply(w, map[string]any{"Error": map[string]any{"Code": code, "Message": message}})
}

// cut splits a text at prefixes, in their order.
func cut(text string, marks ...string) (parts []string, ok bool) {
	for _, mark := range marks {
		part, rest, found := strings.Cut(text, mark)
		if !found {
			return nil, false
		}
		parts, text = append(parts, part), rest
	}
	return append(parts, text), true
}
