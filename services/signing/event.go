package signing

import (
	"context"
	"crypto/md5" // the live platform's choice
	"crypto/subtle"
	"encoding/hex"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/apierr"
)

// maxAhead is for how long an event may be signed. The platform signs for
// minutes; a signature covers no more than its time, so anybody that has seen one could use
// it for as long.
const maxAhead = 24 * time.Hour

// VerifyEvent implements signatures.Service. The signature is compared before the time: what is wrong
// with the time is told to nobody who lacks the key.
func (s *Service) VerifyEvent(_ context.Context, event signatures.EventSign) error {
	now := s.now()
	keys := s.callbackKey.keys(now)
	switch {
	case len(keys) == 0 && s.config.CallbackUnsigned:
		return nil
	case len(keys) == 0:
		return apierr.New(apierr.Denied, "no event is believed without callback_key or callback_unsigned")
	case !signedByAny(keys, event.Sign, event.T):
		return apierr.New(apierr.Denied, "the event's signature is wrong")
	case event.T < now.Unix():
		return apierr.New(apierr.Denied, "the event's signature has expired")
	case event.T > now.Add(maxAhead).Unix():
		return apierr.New(apierr.Denied, "the event's signature is good for more than a day")
	default:
		return nil
	}
}

// tellOfEvents warns where events are not verified, because nobody would notice.
func (s *Service) tellOfEvents(log *slog.Logger) {
	switch {
	case s.config.verifiesEvents():
	case s.config.CallbackUnsigned:
		log.Warn("every event at /callback is believed, whoever sends it: callback_unsigned is true, and there is no callback_key")
	default:
		log.Warn("every event at /callback is refused: set callback_key to the live platform's key (or callback_unsigned to true, to believe everybody)")
	}
}

// eventSign is what the platform signs an event with: hex(MD5(key + t)), t in decimal. It covers
// nothing of what the event says; the platform has no better one.
func eventSign(key string, t int64) string {
	sum := md5.Sum([]byte(key + strconv.FormatInt(t, 10)))
	return hex.EncodeToString(sum[:])
}

// signedByAny reports whether sign is that of any of keys, in a time that tells
// nothing about how much of it was right. Platforms write hexadecimal in either case.
func signedByAny(keys []string, sign string, t int64) bool {
	given, equal := []byte(strings.ToLower(sign)), 0
	for _, key := range keys {
		equal |= subtle.ConstantTimeCompare(given, []byte(eventSign(key, t)))
	}
	return equal == 1
}
