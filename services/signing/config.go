package signing

import (
	"errors"
	"flag"
	"regexp"
	"time"

	"xiaozhibo.dev/libs/config"
)

// Config configures the service. Times to live are positive. Keys given as files
// are read again when they change. All but the keys themselves is fixed at the start.
type Config struct {
	BizID      string // [0-9a-z], up to 32; empty: nothing can be pushed
	PushDomain string // host, or host:port; empty: {BizID}.livepush.myqcloud.com
	PlayDomain string // host, or host:port; empty: {BizID}.liveplay.myqcloud.com

	PushKey config.Secret // none: push URLs are unsigned
	PushTTL time.Duration
	PlayKey config.Secret // none: play URLs are unsigned
	PlayTTL time.Duration

	// Uploads need all four.
	COSAppID     string // decimal digits
	COSBucket    string
	COSSecretID  config.Secret
	COSSecretKey config.Secret
	COSTTL       time.Duration

	CallbackKey      config.Secret // none: no event is accepted, unless CallbackUnsigned
	CallbackUnsigned bool          // without a CallbackKey every event is accepted

	LedgerRetention time.Duration // how long is known what was issued
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	fs.StringVar(&c.BizID, "bizid", "", "bizid of the live platform, such as 8888; without it nothing can be pushed")
	fs.StringVar(&c.PushDomain, "push-domain", "", "domain to push to (default {bizid}.livepush.myqcloud.com)")
	fs.StringVar(&c.PlayDomain, "play-domain", "", "domain to play from (default {bizid}.liveplay.myqcloud.com)")
	fs.DurationVar(&c.PushTTL, "push-ttl", 24*time.Hour, "a push URL is valid for this time")
	fs.DurationVar(&c.PlayTTL, "play-ttl", 24*time.Hour, "a play URL is valid for this time")
	fs.StringVar(&c.COSAppID, "cos-appid", "", "appid of the upload bucket; GetCOSSign answers 4000 without it, the bucket's name or its two keys")
	fs.StringVar(&c.COSBucket, "cos-bucket", "", "name of the upload bucket")
	fs.DurationVar(&c.COSTTL, "cos-ttl", 10*time.Minute, "an upload signature is valid for this time")
	fs.DurationVar(&c.LedgerRetention, "ledger-retention", 90*24*time.Hour, "the ledger knows for this time what was issued to whom, counted in whole hours")

	fs.BoolVar(&c.CallbackUnsigned, "callback-unsigned", false, "without callback-key believe every event, whoever sends it")

	config.SecretVar(fs, &c.PushKey, "push-key", "key that push URLs are signed with; without it they are unsigned")
	config.SecretVar(fs, &c.PlayKey, "play-key", "key that play URLs are signed with; without it they are unsigned")
	config.SecretVar(fs, &c.COSSecretID, "cos-secret-id", "id of the key that uploads are signed with")
	config.SecretVar(fs, &c.COSSecretKey, "cos-secret-key", "key that uploads are signed with")
	config.SecretVar(fs, &c.CallbackKey, "callback-key", "key that the live platform signs its events with; without it all events are refused")
}

// All three stand in host names, URLs or signed text as they are, so they have no character
// that would need to be escaped there.
var (
	bizIDPattern = regexp.MustCompile(`^[0-9a-z]{1,32}$`)
	hostPattern  = regexp.MustCompile(`^[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?(:[0-9]{1,5})?$`)
	appIDPattern = regexp.MustCompile(`^[0-9]+$`)
)

// isPlain keeps & and = out of the text that COS signatures sign. With them a
// value could say more than it should, such as another time of expiry.
func isPlain(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case '0' <= c && c <= '9', 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', c == '.', c == '_', c == '-':
		default:
			return false
		}
	}
	return text != ""
}

// Check returns an error that names every bad key. It reads the key files.
func (c *Config) Check() error {
	return errors.Join(errors.Join(c.checkTexts()...), errors.Join(c.checkTimes()...), errors.Join(c.checkKeys()...))
}

// checkTexts looks at what stands in URLs and in signed text as it is.
func (c *Config) checkTexts() (errs []error) {
	for _, text := range []struct {
		name, value, want string
		fits              func(string) bool
	}{
		{"bizid", c.BizID, "1 to 32 of 0-9 and a-z", bizIDPattern.MatchString},
		{"push_domain", c.PushDomain, "a host or host:port", hostPattern.MatchString},
		{"play_domain", c.PlayDomain, "a host or host:port", hostPattern.MatchString},
		{"cos_appid", c.COSAppID, "decimal digits", appIDPattern.MatchString},
		{"cos_bucket", c.COSBucket, "letters, digits, dots, dashes and underscores", isPlain},
	} {
		if text.value != "" && !text.fits(text.value) {
			errs = append(errs, config.Errorf("%s: %q is not %s", text.name, text.value, text.want))
		}
	}
	return errs
}

// checkTimes refuses a time to live that would make every URL expired when it is issued.
func (c *Config) checkTimes() (errs []error) {
	for _, ttl := range []struct {
		name  string
		value time.Duration
	}{
		{"push_ttl", c.PushTTL}, {"play_ttl", c.PlayTTL}, {"cos_ttl", c.COSTTL}, {"ledger_retention", c.LedgerRetention},
	} {
		if ttl.value <= 0 {
			errs = append(errs, config.Errorf("%s: %s is not positive", ttl.name, ttl.value))
		}
	}
	return errs
}

// Domain is where streams are pushed to, "" if nothing can be pushed.
func (c *Config) Domain() string {
	if c.PushDomain == "" && c.BizID != "" {
		return c.BizID + ".livepush.myqcloud.com"
	}
	return c.PushDomain
}

// HearsEvents reports whether any event can be believed. Without one no push lists a session, so
// a list that requires pushes would stay empty.
func (c *Config) HearsEvents() bool { return c.CallbackUnsigned || c.verifiesEvents() }

// verifiesEvents reports whether there is a key to verify events with. It does not read the
// key: a file that cannot be read is an error of Check.
func (c *Config) verifiesEvents() bool { return c.CallbackKey.Value != "" || c.CallbackKey.File != "" }

// checkKeys reads every key, so that a file that is not there is told at the start.
func (c *Config) checkKeys() (errs []error) {
	for _, one := range []struct {
		name   string
		source config.Secret
	}{
		{"push_key", c.PushKey}, {"play_key", c.PlayKey}, {"callback_key", c.CallbackKey},
		{"cos_secret_id", c.COSSecretID}, {"cos_secret_key", c.COSSecretKey},
	} {
		key, err := readKey(one.name, one.source)
		if one.name == "cos_secret_id" && key != "" && !isPlain(key) {
			err = config.Errorf("cos_secret_id: has characters that no secret id has")
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}
