// Package signing is the signing service: the only holder of keys. It issues
// URLs and upload signatures, and writes down what it issued to whom, once an
// hour, before anyone sees it.
//
// Service is what the gateway calls, and has the rules; Ledger is what bbolt and Redis
// implement, and Reader shows it to operators. The package does not ask who may have a URL:
// that is the gateway's to decide, and to refuse to whoever is banned. It knows of no session.
package signing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/config"
)

// Service implements the contract on a Ledger. It is safe for concurrent use.
type Service struct {
	config Config // as it was checked, with the default domains put in
	ledger Ledger
	now    func() time.Time

	recorded recorded // what the ledger has already, so that it is not asked to write it again

	pushKey, playKey, callbackKey, cosSecretID, cosSecretKey *keyring
}

var _ signatures.Service = (*Service)(nil)

// New returns the service on ledger, which stays the caller's to close. Its
// error names every bad configuration key.
func New(settings Config, ledger Ledger, now func() time.Time, log *slog.Logger) (*Service, error) {
	if err := settings.Check(); err != nil {
		return nil, err
	}
	settings.PushDomain = settings.Domain()
	if settings.BizID != "" && settings.PlayDomain == "" {
		settings.PlayDomain = settings.BizID + ".liveplay.myqcloud.com"
	}
	var errs []error
	ring := func(name string, source config.Secret) *keyring {
		r, err := newKeyring(name, source, now(), log)
		errs = append(errs, err)
		return r
	}
	s := &Service{
		config: settings, ledger: ledger, now: now,
		pushKey:      ring("push_key", settings.PushKey),
		playKey:      ring("play_key", settings.PlayKey),
		callbackKey:  ring("callback_key", settings.CallbackKey),
		cosSecretID:  ring("cos_secret_id", settings.COSSecretID),
		cosSecretKey: ring("cos_secret_key", settings.COSSecretKey),
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	s.tellOfEvents(log)
	return s, nil
}

// Push implements signatures.Service. The URL is signed first and written down second: an error
// of the ledger leaves a URL that nobody has seen. An unsigned URL never expires.
func (s *Service) Push(ctx context.Context, user string) (signatures.PushURL, error) {
	if err := signatures.CheckUser(user); err != nil {
		return signatures.PushURL{}, err
	}
	if s.config.BizID == "" {
		return signatures.PushURL{}, notConfigured("bizid")
	}
	now := s.now()
	key := s.pushKey.key(now)
	push := signatures.PushURL{StreamID: streamID(s.config.BizID, user)}
	if key != "" {
		push.Expires = unixUp(now.Add(s.config.PushTTL))
	}
	push.URL = pushURL(s.config.PushDomain, s.config.BizID, push.StreamID, key, push.Expires)
	if err := s.record(ctx, Entry{
		Kind: KindPush, User: user, StreamID: push.StreamID, Issued: now.Unix(), Expires: push.Expires,
	}); err != nil {
		return signatures.PushURL{}, err
	}
	return push, nil
}

// Play implements signatures.Service. It needs no ledger and so answers while no write succeeds:
// lists must not depend on a disk.
func (s *Service) Play(_ context.Context, streamIDs []string) []combine.Result[signatures.PlayURLs] {
	return combine.Sorted(streamIDs, signatures.CheckStreamID, s.play)
}

// play signs all URLs of a batch with one key and one time of expiry, so that one change of the key
// does not divide a page. It writes nothing down: everybody may play.
func (s *Service) play(streamIDs []string) []combine.Result[signatures.PlayURLs] {
	if s.config.PlayDomain == "" {
		return combine.Fail[signatures.PlayURLs](len(streamIDs), notConfigured("bizid or play_domain"))
	}
	now := s.now()
	key, expires := s.playKey.key(now), unixUp(now.Add(s.config.PlayTTL))
	urls := make([]combine.Result[signatures.PlayURLs], len(streamIDs))
	for i, id := range streamIDs {
		urls[i].Value = playURLs(s.config.PlayDomain, id, key, expires)
	}
	return urls
}

// Sweep deletes what the ledger has kept for longer than it must. It is to be
// called every now and then; no answer depends on it.
func (s *Service) Sweep(ctx context.Context) error {
	return s.ledger.Sweep(ctx, s.now().Add(-s.config.LedgerRetention).Unix())
}

// record is part of issuing: what is not written down is not given out. An entry like one of the same
// hour is not written again, so a client that asks every second costs no commit.
func (s *Service) record(ctx context.Context, entry Entry) error {
	if s.recorded.has(&entry) {
		return nil
	}
	if err := s.ledger.Record(ctx, []Entry{entry}); err != nil {
		return fmt.Errorf("record what is issued: %w", err)
	}
	s.recorded.add(&entry)
	return nil
}

// notConfigured names the keys that the operator has to set.
func notConfigured(what string) error {
	return apierr.New(apierr.NotConfigured, "not configured: %s", what)
}
