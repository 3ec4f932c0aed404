package signaturestest

import (
	"crypto/md5"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/apierr"
)

func signed(key string, t int64) signatures.EventSign {
	return signatures.EventSign{Sign: fmt.Sprintf("%x", md5.Sum(fmt.Appendf(nil, "%s%d", key, t))), T: t}
}

func (s suite) wantAccepted(service signatures.Service, event signatures.EventSign) {
	s.t.Helper()
	if err := service.VerifyEvent(s.t.Context(), event); err != nil {
		s.t.Errorf("VerifyEvent(%+v): %v", event, err)
	}
}

func (s suite) wantDenied(service signatures.Service, event signatures.EventSign) {
	s.t.Helper()
	s.wantCode(fmt.Sprintf("VerifyEvent(%+v)", event), service.VerifyEvent(s.t.Context(), event), apierr.Denied)
}

func (s suite) event() {
	const vector = "42e11a76c9fa5f2485180d12dcb3f450"
	service := s.open(Settings{CallbackKey: "testcallbackkey"})
	s.wantAccepted(service, signatures.EventSign{Sign: vector, T: 1480000600})
	s.wantAccepted(service, signatures.EventSign{Sign: strings.ToUpper(vector), T: 1480000600})
}

func (s suite) eventWrong() {
	service := s.open(Settings{CallbackKey: "testcallbackkey"})
	good := signed("testcallbackkey", begin+600)
	for _, sign := range []string{
		"", "x", good.Sign[1:], good.Sign + "0", good.Sign[:31] + "g", " " + good.Sign, "\xff", "中",
		signed("", begin+600).Sign, signed("testcallbackkey", begin+601).Sign, signed("Testcallbackkey", begin+600).Sign,
	} {
		s.wantDenied(service, signatures.EventSign{Sign: sign, T: good.T})
	}
	s.wantDenied(service, signatures.EventSign{})
	s.wantDenied(service, signatures.EventSign{Sign: good.Sign, T: good.T + 1})
}

func (s suite) eventExpired() {
	service := s.open(Settings{CallbackKey: "k"})
	s.wantDenied(service, signed("k", -1))
	s.wantDenied(service, signed("k", begin-1))
	event := signed("k", begin)
	s.wantAccepted(service, event)
	s.clock.Move(time.Second - time.Nanosecond)
	s.wantAccepted(service, event)
	s.clock.Move(time.Nanosecond)
	s.wantDenied(service, event)
}

func (s suite) eventFarAhead() {
	for _, unsigned := range []bool{false, true} { // which is without effect where there is a key
		service := s.open(Settings{CallbackKey: "k", CallbackUnsigned: unsigned})
		s.wantAccepted(service, signed("k", begin+24*60*60))
		s.wantDenied(service, signed("k", begin+24*60*60+1))
		s.wantDenied(service, signed("k", 1<<62))
		s.wantDenied(service, signatures.EventSign{})
	}
}

func (s suite) eventWithoutKey() {
	service := s.open(Settings{})
	s.wantDenied(service, signatures.EventSign{})
	s.wantDenied(service, signed("", begin+600))
}

func (s suite) eventUnsigned() {
	service := s.open(Settings{CallbackUnsigned: true})
	s.wantAccepted(service, signatures.EventSign{})
	s.wantAccepted(service, signatures.EventSign{Sign: "wrong", T: begin - 1})
}

func (s suite) eventKeyChanged() {
	path := filepath.Join(s.t.TempDir(), "callback-key")
	change := func(key string) {
		if err := os.WriteFile(path, []byte(key+"\n"), 0o600); err != nil {
			s.t.Fatal(err)
		}
		s.clock.Move(time.Second)
	}
	change("first")
	service := s.open(Settings{CallbackKey: "not looked at", CallbackKeyFile: path})
	first, second, third := signed("first", begin+60), signed("second", begin+60), signed("third", begin+60)
	s.wantAccepted(service, first)
	s.wantDenied(service, second)

	change("second")
	s.wantAccepted(service, first)
	s.wantAccepted(service, second)
	s.wantDenied(service, third)

	change("third")
	s.wantDenied(service, first)
	s.wantAccepted(service, second)
	s.wantAccepted(service, third)
}
