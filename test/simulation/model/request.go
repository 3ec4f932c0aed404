package model

// The Actions, and Event for what the live platform sends.
const (
	RequestLVBAddr       = "RequestLVBAddr"
	ChangeStatus         = "ChangeStatus"
	ChangeCount          = "ChangeCount"
	FetchList            = "FetchList"
	GetCOSSign           = "GetCOSSign"
	EnterGroup           = "EnterGroup"
	QuitGroup            = "QuitGroup"
	FetchGroupMemberList = "FetchGroupMemberList"
	GetUserInfo          = "GetUserInfo"
	Event                = "Event"
)

// The codes a reply may have here.
const (
	codeOK          = 0
	codeNotFound    = 2003
	codeUnavailable = 3000

	storageFailed = "storage failed" // a 2003 that refuses nothing
)

// Request is one copy of something a client sent; a re-sent one is another.
// Which fields are set depends on the Action.
type Request struct {
	Action   string
	User     string // who sends it, or the anchor himself
	Anchor   string // whom it is about
	Group    string
	FileID   string
	Title    string // unlike every other, so that a session tells which request named it
	Nickname string // unlike every other, so that a member tells which request let him in
	Flag     int
	Online   bool
	Delta    int64
	PageNo   int
	PageSize int
	Event    any // what the platform says, comparable

	begun   int   // the model's count when it was sent
	begunAt int64 // Unix milliseconds
	from    int   // index into the history
	ended   int   // the count when it was answered or given up, 0 before
	endedAt int64
	acked   bool
	refused bool
}

// Reply is what a client was answered.
type Reply struct {
	Code    int
	Message string
	Data    []byte // returnData
}

// Begin notes that a client sends a request.
func (m *Model) Begin(r *Request) {
	m.seq++
	r.begun, r.begunAt, r.from = m.seq, m.ms(), len(m.history)-1
	switch r.Action {
	case ChangeCount:
		m.likes[r.Anchor] = append(m.likes[r.Anchor], r)
	case RequestLVBAddr:
		m.note(r.Title, r)
	case EnterGroup:
		m.note(r.Nickname, r)
	case QuitGroup:
		m.note(r.User+"\x00"+r.Anchor, r)
	case ChangeStatus:
		m.note(r.User, r)
	case Event:
		if m.events[r.Event] == nil {
			m.events[r.Event] = &told{}
		}
	}
}

func (m *Model) note(known string, r *Request) {
	m.sent[r.Action+"\x00"+known] = append(m.sent[r.Action+"\x00"+known], r)
}

// wasSent reports whether a write that reached a store was sent by a client and
// not refused. One that was answered may still be told of late by a copy.
func (m *Model) wasSent(action, known string, match func(*Request) bool) bool {
	for _, r := range m.sent[action+"\x00"+known] {
		if !r.refused && match(r) {
			return true
		}
	}
	return false
}

// GiveUp notes that nobody waits for an answer any more: whether the request was
// or will be carried out is in doubt.
func (m *Model) GiveUp(r *Request) { m.end(r) }

func (m *Model) end(r *Request) {
	m.seq++
	r.ended, r.endedAt = m.seq, m.ms()
}

// End notes an answer and judges it.
func (m *Model) End(r *Request, reply Reply) {
	m.end(r)
	switch {
	case m.suspended:
	case reply.Code == codeOK:
		r.acked = true
		m.judge(r, reply.Data)
	case reply.Code == codeNotFound && reply.Message == storageFailed, reply.Code == codeUnavailable:
		m.judgeFailure(r, reply)
	case reply.Code == codeNotFound:
		r.refused = true
		m.judgeRefusal(r)
	default:
		m.Fail(Answers, r.ids(), "%s was answered %d %s", r, reply.Code, reply.Message)
	}
}

func (m *Model) judge(r *Request, data []byte) {
	switch r.Action {
	case RequestLVBAddr:
		m.judgeAddress(r, data)
	case ChangeStatus:
		m.judgeStatus(r)
	case ChangeCount:
		if !m.targeted(r) {
			m.Fail(Refusals, r.ids(), "%s was acknowledged, but there was nothing to like", r)
		}
	case EnterGroup:
		m.judgeEnter(r)
	case QuitGroup:
		m.judgeQuit(r)
	case GetUserInfo:
		m.judgeUserInfo(r, data)
	case FetchList:
		m.judgeList(r, data)
	case FetchGroupMemberList:
		m.judgeMembers(r, data)
	case Event:
		m.judgeEvent(r)
	}
}

// judgeRefusal checks that what the request names did not exist at some moment
// of it.
func (m *Model) judgeRefusal(r *Request) {
	missing := m.some(r, func(c *catalogue, at int64) bool {
		switch r.Action {
		case ChangeStatus, GetUserInfo, ChangeCount:
			if r.Flag == 1 {
				return c.recording(r.Anchor, r.FileID) == nil
			}
			return c.known(r.Anchor, at) == nil
		case EnterGroup:
			_, found := c.group(r, at)
			return !found
		}
		return false
	})
	if !missing {
		m.Fail(Refusals, r.ids(), "%s was refused, but what it names was there all the time", r)
	}
}

// targeted reports whether what a like is for existed at some moment of it.
func (m *Model) targeted(r *Request) bool {
	return m.some(r, func(c *catalogue, at int64) bool {
		if r.Flag == 1 {
			return c.recording(r.Anchor, r.FileID) != nil
		}
		return c.known(r.Anchor, at) != nil
	})
}

// Names reports whether the request is about an id.
func (r *Request) Names(id string) bool {
	return id == r.User || id == r.Anchor || id == r.Group || id == r.FileID
}

func (r *Request) ids() []string { return []string{r.User, r.Anchor, r.Group, r.FileID} }
