package usersig_test

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/gateway/auth/proof"
	"xiaozhibo.dev/gateway/auth/usersig"
)

// vector is a UserSig that Tencent's own tls-sig-api-v2 1.0.2 for Node.js made.
type vector struct {
	User   string `json:"user"`
	Expire int64  `json:"expire"`
	Text   string `json:"text"`
}

func vectors(t *testing.T) (file struct {
	AppID string   `json:"appid"`
	Key   string   `json:"key"`
	Time  int64    `json:"time"`
	Sigs  []vector `json:"sigs"`
}) {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	return file
}

// document is what the tests need of a UserSig's inside.
type document struct {
	UserBuf   string `json:"TLS.userbuf"`
	Signature string `json:"TLS.sig"`
}

func look(t *testing.T, text string) (inside document) {
	t.Helper()
	deflated, err := base64.StdEncoding.DecodeString(strings.NewReplacer("*", "+", "-", "/", "_", "=").Replace(text))
	if err != nil {
		t.Fatal(err)
	}
	r, err := zlib.NewReader(bytes.NewReader(deflated))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(r).Decode(&inside); err != nil {
		t.Fatal(err)
	}
	return inside
}

// verify is what all who verify do.
func verify(text, appID, key string, now time.Time) (user string, err error) {
	p, err := usersig.Verify(text, appID, key)
	if err == nil {
		err = p.At(now)
	}
	if err != nil {
		return "", err
	}
	return p.User, nil
}

func TestAUserSigThatTencentsOwnCodeMadeNamesItsUser(t *testing.T) {
	file := vectors(t)
	if len(file.Sigs) == 0 {
		t.Fatal("no vectors")
	}
	for _, v := range file.Sigs {
		user, err := verify(v.Text, file.AppID, file.Key, time.Unix(file.Time, 0))
		if err != nil || user != v.User {
			t.Errorf("%q is read as %q, %v", v.User, user, err)
		}
		if _, err := verify(v.Text, file.AppID, file.Key+"0", time.Unix(file.Time, 0)); !errors.Is(err, proof.ErrWrongSignature) {
			t.Errorf("%q under another key: %v", v.User, err)
		}
	}
}

func TestAUserSigNamesItsUserUntilItExpires(t *testing.T) {
	withBuf := good()
	withBuf.userBuf = "AAN0b20="
	for name, s := range map[string]sig{"without a userbuf": good(), "with a userbuf": withBuf} {
		for after, want := range map[time.Duration]error{
			0:                           nil,
			-proof.Leeway:               nil,
			-proof.Leeway - time.Second: proof.ErrNotYetValid,
			24*time.Hour + proof.Leeway: nil,
			24*time.Hour + proof.Leeway + time.Second: proof.ErrExpired,
		} {
			user, err := verify(s.text(), appID, key, made.Add(after))
			if !errors.Is(err, want) || want == nil && user != "tom" {
				t.Errorf("%s, %s after it was made: %q, %v, want %v", name, after, user, err, want)
			}
		}
	}
}

func TestAUserSigThatIsNotRightIsRefused(t *testing.T) {
	spoilt := func(spoil func(*sig)) string {
		s := good()
		spoil(&s)
		return s.text()
	}
	for name, test := range map[string]struct {
		text string
		want error
	}{
		"another key":            {spoilt(func(s *sig) { s.key = strings.Repeat("k", 64) }), proof.ErrWrongSignature},
		"another app":            {spoilt(func(s *sig) { s.app++ }), proof.ErrNotForUs},
		"no expiry":              {spoilt(func(s *sig) { s.expire = 0 }), proof.ErrNoExpiry},
		"a negative expiry":      {spoilt(func(s *sig) { s.expire = -86400 }), proof.ErrNoExpiry},
		"an expiry that is huge": {spoilt(func(s *sig) { s.expire = 1<<63 - 1 }), proof.ErrMalformed},
		"a time that is huge":    {spoilt(func(s *sig) { s.time = 1<<63 - 1 }), proof.ErrMalformed},
		"no user":                {spoilt(func(s *sig) { s.user = "" }), proof.ErrNoUser},
		"a user that is long":    {spoilt(func(s *sig) { s.user = strings.Repeat("u", 129) }), proof.ErrNoUser},
		"a user with lines":      {spoilt(func(s *sig) { s.user = "tom\nTLS.sdkappid:1" }), proof.ErrNoUser},
		"a user that is no text": {spoilt(func(s *sig) { s.user = "tom\uFFFD" }), proof.ErrNoUser},
		"a userbuf with lines":   {spoilt(func(s *sig) { s.userBuf = "AAAA\nAAAA" }), proof.ErrMalformed},
		"a userbuf that is none": {spoilt(func(s *sig) { s.userBuf = "!" }), proof.ErrMalformed},
		"another version":        {spoilt(func(s *sig) { s.document = `{"TLS.ver":"1.0",%s,"TLS.sig":"%s"}` }), proof.ErrMalformed},
		"a name twice":           {spoilt(func(s *sig) { s.document = `{"TLS.ver":"2.0","TLS.identifier":"ann",%s,"TLS.sig":"%s"}` }), proof.ErrMalformed},
		"names in another case":  {spoilt(func(s *sig) { s.document = `{"tls.ver":"2.0",%s,"TLS.sig":"%s"}` }), proof.ErrMalformed},
		"no signature":           {spoilt(func(s *sig) { s.document = `{"TLS.ver":"2.0",%s,"TLS.none":"%s"}` }), proof.ErrWrongSignature},
		"no base64 in it":        {spoilt(func(s *sig) { s.document = `{"TLS.ver":"2.0",%s,"TLS.sig":"!%s"}` }), proof.ErrMalformed},
		"no JSON":                {encode(deflate([]byte("tom"))), proof.ErrMalformed},
		"JSON null":              {encode(deflate([]byte("null"))), proof.ErrMalformed},
		"nothing deflated":       {encode([]byte(`{"TLS.ver":"2.0"}`)), proof.ErrMalformed},
		"cut":                    {good().text()[:40], proof.ErrMalformed},
		"more behind it":         {encode(append(deflate([]byte(`{}`)), 0)), proof.ErrMalformed},
		"nothing":                {"", proof.ErrMalformed},
		"ordinary base64":        {strings.NewReplacer("*", "+", "-", "/", "_", "=").Replace(good().text()), proof.ErrMalformed},
		"lines":                  {good().text()[:8] + "\n" + good().text()[8:], proof.ErrMalformed},
		"long":                   {strings.Repeat("A", proof.MaxLength+1), proof.ErrTooLong},
		"a bomb":                 {encode(deflate(make([]byte, 4<<20))), proof.ErrMalformed},
	} {
		if user, err := verify(test.text, appID, key, made); !errors.Is(err, test.want) || user != "" {
			t.Errorf("%s: %q, %v, want %v", name, user, err, test.want)
		}
	}
}

// A megabyte of zeros deflates to a kilobyte: it must not be inflated whole.
func TestWhatInflatesToMoreCostsNoMore(t *testing.T) {
	bomb := encode(deflate(make([]byte, 4<<20)))
	if len(bomb) > proof.MaxLength {
		t.Fatalf("the bomb has %d bytes", len(bomb))
	}
	bytes := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = verify(bomb, appID, key, made)
		}
	}).AllocedBytesPerOp()
	if bytes > 128<<10 {
		t.Errorf("%d bytes are allocated", bytes)
	}
}

func FuzzVerify(f *testing.F) {
	f.Add(good().text())
	f.Add(encode(deflate([]byte(`{"TLS.ver":"2.0"}`))))
	f.Add("eJw_")
	f.Fuzz(func(t *testing.T, text string) {
		user, err := verify(text, appID, key, made)
		if err == nil && text != good().text() {
			t.Errorf("%q names %q", text, user)
		}
		var reason proof.Error
		if err != nil && !errors.As(err, &reason) {
			t.Errorf("%q fails with %T", text, err)
		}
	})
}

// What is inside is fuzzed too: nothing but the key's holder can make it right.
func FuzzDocument(f *testing.F) {
	f.Add([]byte(`{"TLS.ver":"2.0","TLS.identifier":"tom","TLS.sdkappid":1400000000,"TLS.time":1480000000,"TLS.expire":86400,"TLS.sig":"AA=="}`))
	f.Add([]byte(`{"TLS.ver":"2.0","TLS.userbuf":null}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		if user, err := verify(encode(deflate(document)), appID, key, made); err == nil {
			t.Errorf("%q names %q", document, user)
		}
	})
}
