package signing

import (
	"context"
	"strings"
	"time"

	"xiaozhibo.dev/libs/api/signatures"
)

// Upload implements signatures.Service. The signature is for the whole bucket and names no user, for
// GetCOSSign has none; the ledger knows only when one was issued.
func (s *Service) Upload(ctx context.Context) (signatures.UploadSign, error) {
	now := s.now()
	secretID, secretKey, err := s.cosKeys(now)
	if err != nil {
		return signatures.UploadSign{}, err
	}
	// Rounded before the time to live is added: the time that is signed and the expiry are then
	// as far apart as was configured.
	issued := now.Truncate(time.Second) // the signature says when, in whole seconds
	grant := cosGrant{
		appID: s.config.COSAppID, bucket: s.config.COSBucket, secretID: secretID,
		issued: issued.Unix(), expires: unixUp(issued.Add(s.config.COSTTL)), random: randomNumber(),
	}
	if err := s.record(ctx, Entry{Kind: KindUpload, Issued: grant.issued, Expires: grant.expires}); err != nil {
		return signatures.UploadSign{}, err
	}
	return signatures.UploadSign{Sign: grant.sign(secretKey), Expires: grant.expires}, nil
}

// cosKeys returns the two keys of COS, or a NotConfigured error that names every setting that is missing. Keys
// may be in files that change, so what Check has seen may not be there any more.
func (s *Service) cosKeys(now time.Time) (secretID, secretKey string, err error) {
	secretID, secretKey = s.cosSecretID.key(now), s.cosSecretKey.key(now)
	var missing []string
	for _, setting := range [][2]string{
		{"cos_appid", s.config.COSAppID}, {"cos_bucket", s.config.COSBucket},
		{"cos_secret_id", secretID}, {"cos_secret_key", secretKey},
	} {
		if setting[1] == "" {
			missing = append(missing, setting[0])
		}
	}
	if len(missing) > 0 {
		return "", "", notConfigured(strings.Join(missing, ", "))
	}
	if !isPlain(secretID) { // its file has changed since Check
		return "", "", notConfigured("a well-formed cos_secret_id")
	}
	return secretID, secretKey, nil
}
