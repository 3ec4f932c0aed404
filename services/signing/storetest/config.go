package storetest

import (
	"flag"
	"time"

	"xiaozhibo.dev/libs/api/signatures/signaturestest"
	"xiaozhibo.dev/services/signing"
)

// Config is the service's configuration for the settings of its contract suite.
func Config(settings signaturestest.Settings) signing.Config {
	var config signing.Config
	config.RegisterFlags(flag.NewFlagSet("", flag.ContinueOnError)) // sets the defaults
	config.BizID, config.PushDomain, config.PlayDomain = settings.BizID, settings.PushDomain, settings.PlayDomain
	config.PushKey.Value, config.PlayKey.Value = settings.PushKey, settings.PlayKey
	config.COSAppID, config.COSBucket = settings.COSAppID, settings.COSBucket
	config.COSSecretID.Value, config.COSSecretKey.Value = settings.COSSecretID, settings.COSSecretKey
	config.CallbackKey.Value, config.CallbackKey.File = settings.CallbackKey, settings.CallbackKeyFile
	config.CallbackUnsigned = settings.CallbackUnsigned
	for ttl, setting := range map[*time.Duration]time.Duration{
		&config.PushTTL: settings.PushTTL, &config.PlayTTL: settings.PlayTTL, &config.COSTTL: settings.COSTTL,
	} {
		if setting != 0 {
			*ttl = setting
		}
	}
	return config
}
