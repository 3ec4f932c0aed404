// Package signaturestest is the contract suite of signatures.Service. Every
// implementation runs it.
package signaturestest

import (
	"crypto/md5"
	"fmt"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/clocktest"
)

// Settings are what a service is opened with. What is empty is not configured; a
// time to live of 0 is the service's default.
type Settings struct {
	BizID, PushDomain, PlayDomain                  string
	PushKey, PlayKey                               string
	PushTTL, PlayTTL                               time.Duration
	COSAppID, COSBucket, COSSecretID, COSSecretKey string
	COSTTL                                         time.Duration
	CallbackKey                                    string
	CallbackKeyFile                                string // goes before CallbackKey
	CallbackUnsigned                               bool
	Now                                            func() time.Time
}

// Open returns a service with settings on an empty ledger.
type Open func(t *testing.T, settings Settings) signatures.Service

// begin is when the clock of every test stands at first, in Unix seconds.
const begin = 1_480_000_000

type suite struct {
	t     *testing.T
	clock *clocktest.Clock
	start Open
}

// Run runs the suite.
func Run(t *testing.T, open Open) {
	for name, test := range map[string]func(suite){
		"a push URL is signed for its stream":            suite.push,
		"without a key a push URL is unsigned":           suite.pushUnsigned,
		"a push URL is valid for 24 hours by default":    suite.pushDefault,
		"a push URL names the configured domain":         suite.pushDomain,
		"no two users share a stream id":                 suite.streamIDs,
		"one user always has one stream id":              suite.sameStreamID,
		"a bad user is invalid":                          suite.badUser,
		"pushing needs a bizid":                          suite.pushNotConfigured,
		"play URLs are signed as published":              suite.playVectors,
		"without a key play URLs are unsigned":           suite.playUnsigned,
		"play URLs are valid for 24 hours by default":    suite.playDefault,
		"play URLs come in the order of the stream ids":  suite.playOrder,
		"the slice that is returned is the caller's own": suite.playOwnership,
		"playing needs a bizid or a play domain":         suite.playNotConfigured,
		"a bad stream id is invalid":                     suite.badStreamID,
		"an upload signature signs what it says":         suite.upload,
		"two upload signatures differ":                   suite.uploadRandom,
		"an upload signature is valid for 10 minutes":    suite.uploadDefault,
		"uploading needs all its settings":               suite.uploadNotConfigured,
		"an event is verified as published":              suite.event,
		"a wrong event signature is denied":              suite.eventWrong,
		"an event is accepted until its time":            suite.eventExpired,
		"an event is signed for a day at most":           suite.eventFarAhead,
		"without a key no event is accepted":             suite.eventWithoutKey,
		"without a key events may be accepted unsigned":  suite.eventUnsigned,
		"after a change the key before is accepted too":  suite.eventKeyChanged,
	} {
		t.Run(name, func(t *testing.T) {
			clock := &clocktest.Clock{}
			clock.Move(begin * time.Second)
			test(suite{t, clock, open})
		})
	}
}

func (s suite) open(settings Settings) signatures.Service {
	settings.Now = s.clock.Now
	return s.start(s.t, settings)
}

func (s suite) wantCode(what string, err error, want apierr.Code) {
	s.t.Helper()
	if got := apierr.CodeOf(err); got != want {
		s.t.Errorf("%s: %v, want the code %q", what, err, want)
	}
}

// wantMissing wants err to be NotConfigured and to say what is not.
func (s suite) wantMissing(err error, setting string) {
	s.t.Helper()
	s.wantCode("without "+setting, err, apierr.NotConfigured)
	if err != nil && !strings.Contains(err.Error(), setting) {
		s.t.Errorf("the error %q does not name %s", err, setting)
	}
}

// liveSignature is what the live platform demands of a URL.
func liveSignature(key, streamID string, expires int64) string {
	txTime := strings.ToUpper(fmt.Sprintf("%x", expires))
	return fmt.Sprintf("txSecret=%x&txTime=%s", md5.Sum([]byte(key+streamID+txTime)), txTime)
}
