package signaturestest

import (
	"regexp"
	"strings"
	"time"

	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/apierr"
)

const day = 24 * 60 * 60

func (s suite) pushed(service signatures.Service, user string) signatures.PushURL {
	s.t.Helper()
	push, err := service.Push(s.t.Context(), user)
	if err != nil {
		s.t.Fatalf("Push(%q): %v", user, err)
	}
	return push
}

func (s suite) wantPush(got, want signatures.PushURL) {
	s.t.Helper()
	if got != want {
		s.t.Errorf("Push returned\n%+v\nwant\n%+v", got, want)
	}
}

func (s suite) push() {
	service := s.open(Settings{BizID: "8888", PushKey: "testpushkey", PushTTL: 10800 * time.Second})
	got := s.pushed(service, "tom")
	s.wantPush(got, signatures.PushURL{
		URL: "rtmp://8888.livepush.myqcloud.com/live/8888_tom?bizid=8888&" +
			liveSignature("testpushkey", "8888_tom", 1480010800),
		StreamID: "8888_tom",
		Expires:  1480010800,
	})
	if !strings.HasSuffix(got.URL, "&txTime=58372C30") {
		s.t.Errorf("%s does not end with its time in upper-case hex", got.URL)
	}
}

func (s suite) pushUnsigned() {
	s.wantPush(s.pushed(s.open(Settings{BizID: "8888"}), "tom"), signatures.PushURL{
		URL:      "rtmp://8888.livepush.myqcloud.com/live/8888_tom?bizid=8888",
		StreamID: "8888_tom",
	})
}

func (s suite) pushDefault() {
	service := s.open(Settings{BizID: "8888", PushKey: "k"})
	for _, step := range []struct {
		move time.Duration
		want int64
	}{
		{0, begin + day},
		{time.Nanosecond, begin + day + 1},
		{time.Second - 2*time.Nanosecond, begin + day + 1},
		{time.Nanosecond, begin + day + 1},
		{time.Nanosecond, begin + day + 2},
	} {
		s.clock.Move(step.move)
		s.wantPush(s.pushed(service, "tom"), signatures.PushURL{
			URL:      "rtmp://8888.livepush.myqcloud.com/live/8888_tom?bizid=8888&" + liveSignature("k", "8888_tom", step.want),
			StreamID: "8888_tom",
			Expires:  step.want,
		})
	}
}

func (s suite) pushDomain() {
	s.wantPush(s.pushed(s.open(Settings{BizID: "8888", PushDomain: "push.example.com:1935"}), "tom"), signatures.PushURL{
		URL:      "rtmp://push.example.com:1935/live/8888_tom?bizid=8888",
		StreamID: "8888_tom",
	})
}

var streamIDPattern = regexp.MustCompile(`^8888_[a-z0-9_-]+$`)

func (s suite) streamIDs() {
	users := []string{
		"a-b", "a_b", "A_B", "a@b", "中文", "a b", "a b ", " a b", "?&/% ", "ab", "aB", "AB", "a", "-", "--", "_", "__",
		"a_5fb", "a_5f", "_5f", "_5F", "a%5fb", "a.b", "a..b", "..", "/../", "8888_a", "a#b", "a+b", "a=b&bizid=1",
		"a\x00b", "a\nb", "é", "e\u0301", "İ", "ı", "\u200b", "😀", "\ufffd", `a"b`, `a\b`, "<a>", "{}", "12345",
		strings.Repeat("a", 127), strings.Repeat("a", 128), strings.Repeat("A", 128), strings.Repeat("_", 128),
		strings.Repeat("_", 127) + "-", strings.Repeat("中", 42), strings.Repeat("中", 42) + "ab",
	}
	service := s.open(Settings{BizID: "8888", PushKey: "k"})
	owner := map[string]string{}
	for _, user := range users {
		push := s.pushed(service, user)
		if other, taken := owner[push.StreamID]; taken {
			s.t.Errorf("%q and %q share the stream id %s", user, other, push.StreamID)
		}
		owner[push.StreamID] = user
		if !streamIDPattern.MatchString(push.StreamID) {
			s.t.Errorf("the stream id of %q is %q", user, push.StreamID)
		}
		if err := signatures.CheckStreamID(push.StreamID); err != nil {
			s.t.Errorf("the stream id of %q cannot be played: %v", user, err)
		}
		want := "rtmp://8888.livepush.myqcloud.com/live/" + push.StreamID + "?bizid=8888&" +
			liveSignature("k", push.StreamID, begin+day)
		if push.URL != want {
			s.t.Errorf("the URL of %q is\n%s\nwant\n%s", user, push.URL, want)
		}
		if len(push.URL) > 2048 {
			s.t.Errorf("the URL of %q has %d bytes", user, len(push.URL))
		}
	}
}

func (s suite) sameStreamID() {
	service := s.open(Settings{BizID: "8888", PushKey: "k"})
	first := s.pushed(service, "Tom 中")
	s.clock.Move(time.Hour)
	second := s.pushed(service, "Tom 中")
	if first.StreamID != second.StreamID {
		s.t.Errorf("stream ids %s and %s", first.StreamID, second.StreamID)
	}
	if second.Expires != first.Expires+3600 {
		s.t.Errorf("an hour later the URL expires at %d, want %d", second.Expires, first.Expires+3600)
	}
}

func (s suite) badUser() {
	for _, settings := range []Settings{{}, {BizID: "8888"}} {
		service := s.open(settings)
		for _, user := range []string{"", strings.Repeat("a", 129), "a\xffb", "\xc0\x80", "\xed\xa0\x80"} {
			push, err := service.Push(s.t.Context(), user)
			s.wantCode("a bad user", err, apierr.Invalid)
			s.wantPush(push, signatures.PushURL{})
		}
	}
}

func (s suite) pushNotConfigured() {
	_, err := s.open(Settings{PushDomain: "push.example.com", PushKey: "k"}).Push(s.t.Context(), "tom")
	s.wantMissing(err, "bizid")
}
