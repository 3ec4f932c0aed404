package signaturestest

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"time"

	"xiaozhibo.dev/libs/api/signatures"
)

var cosSettings = Settings{
	COSAppID: "1250000000", COSBucket: "demo", COSSecretID: "AKIDEXAMPLE", COSSecretKey: "SECRETEXAMPLE",
	COSTTL: 30 * time.Second,
}

func (s suite) uploaded(service signatures.Service) signatures.UploadSign {
	s.t.Helper()
	upload, err := service.Upload(s.t.Context())
	if err != nil {
		s.t.Fatalf("Upload: %v", err)
	}
	return upload
}

// text returns what an upload signature says, and checks that it is signed.
func (s suite) text(upload signatures.UploadSign) string {
	s.t.Helper()
	raw, err := base64.StdEncoding.DecodeString(upload.Sign)
	if err != nil || len(raw) < sha1.Size {
		s.t.Fatalf("%q is not base64 of a signature (%v)", upload.Sign, err)
	}
	text := string(raw[sha1.Size:])
	if upload.Sign != cosSign("SECRETEXAMPLE", text) {
		s.t.Errorf("%q is not signed with the key", text)
	}
	return text
}

func cosSign(key, text string) string {
	mac := hmac.New(sha1.New, []byte(key))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(append(mac.Sum(nil), text...))
}

var uploadPattern = regexp.MustCompile(`^a=1250000000&b=demo&k=AKIDEXAMPLE&e=1480000030&t=1480000000&r=[1-9][0-9]{0,9}&f=$`)

func (s suite) upload() {
	const vector = "iiOIzZ+xhfkb5TlwVdvhHAdSxTNhPTEyNTAwMDAwMDAmYj1kZW1vJms9QUtJREVYQU1QTEUmZT0xNDgwMDAwMDMwJnQ9MTQ4MDAwMDAwMCZyPTEyMzQ1Njc4OSZmPQ=="
	upload := s.uploaded(s.open(cosSettings))
	text := s.text(upload)
	if !uploadPattern.MatchString(text) {
		s.t.Errorf("the signature says %q", text)
	}
	if upload.Expires != 1480000030 {
		s.t.Errorf("the signature expires at %d, want 1480000030", upload.Expires)
	}
	withRandom := regexp.MustCompile(`r=[0-9]+`).ReplaceAllString(text, "r=123456789")
	if got := cosSign("SECRETEXAMPLE", withRandom); got != vector {
		s.t.Errorf("with the random number of the published vector the signature is\n%s\nwant\n%s", got, vector)
	}
}

func (s suite) uploadRandom() {
	service := s.open(cosSettings)
	seen := map[string]bool{}
	for range 20 {
		seen[s.text(s.uploaded(service))] = true
	}
	if len(seen) != 20 {
		s.t.Errorf("20 signatures of one moment are %d", len(seen))
	}
}

func (s suite) uploadDefault() {
	settings := cosSettings
	settings.COSTTL = 0
	service := s.open(settings)
	s.clock.Move(time.Nanosecond)
	upload := s.uploaded(service)
	if upload.Expires != begin+600 {
		s.t.Errorf("the signature expires at %d, want %d", upload.Expires, begin+600)
	}
	if text := s.text(upload); !strings.Contains(text, fmt.Sprintf("&e=%d&t=%d&", begin+600, begin)) {
		s.t.Errorf("the signature says %q", text)
	}
}

func (s suite) uploadNotConfigured() {
	for name, remove := range map[string]func(*Settings){
		"cos_appid":      func(settings *Settings) { settings.COSAppID = "" },
		"cos_bucket":     func(settings *Settings) { settings.COSBucket = "" },
		"cos_secret_id":  func(settings *Settings) { settings.COSSecretID = "" },
		"cos_secret_key": func(settings *Settings) { settings.COSSecretKey = "" },
	} {
		settings := cosSettings
		remove(&settings)
		_, err := s.open(settings).Upload(s.t.Context())
		s.wantMissing(err, name)
	}
}
