package signing_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/clocktest"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/services/signing"
)

// keyFile is a play key in a file, and a service that signs with it.
type keyFile struct {
	t       *testing.T
	path    string
	clock   *clocktest.Clock
	service *signing.Service
	log     bytes.Buffer
}

func newKeyFile(t *testing.T, text string) *keyFile {
	k := &keyFile{t: t, path: filepath.Join(t.TempDir(), "key"), clock: &clocktest.Clock{}}
	k.write(text)
	settings := defaults()
	settings.BizID, settings.PlayKey = "8888", config.Secret{Value: "not looked at", File: k.path}
	service, err := signing.New(settings, nil, k.clock.Now, slog.New(slog.NewTextHandler(&k.log, nil)))
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	k.service = service
	return k
}

func (k *keyFile) write(text string) {
	k.t.Helper()
	if err := os.WriteFile(k.path, []byte(text), 0o600); err != nil {
		k.t.Fatal(err)
	}
}

// wantKey wants the service to sign with key.
func (k *keyFile) wantKey(key string) {
	k.t.Helper()
	got, err := combine.All(k.service.Play(k.t.Context(), []string{"8888_tom"}))
	if err != nil {
		k.t.Fatalf("Play: %v", err)
	}
	expires := k.clock.Now().Add(24*time.Hour + time.Second - 1).Unix()
	if want := signing.PlayURLs("8888.liveplay.myqcloud.com", "8888_tom", key, expires); got[0] != want {
		k.t.Errorf("not signed with %q: %+v", key, got[0])
	}
}

func TestAChangedKeyFileIsUsedWithoutARestart(t *testing.T) {
	k := newKeyFile(t, "first\n")
	k.wantKey("first")
	k.write("second\n")
	k.clock.Move(time.Second)
	k.wantKey("second")
	if log := k.log.String(); strings.Count(log, "key changed") != 1 || strings.Contains(log, "second") {
		t.Errorf("the log is\n%s", log)
	}
}

func TestAKeyFileIsReadAtMostOnceASecond(t *testing.T) {
	k := newKeyFile(t, "first")
	k.write("second")
	k.clock.Move(time.Second - 1)
	k.wantKey("first")
	k.clock.Move(1)
	k.wantKey("second")
	k.write("third")
	k.wantKey("second")
}

func TestAKeyFileIsReadAfterTheClockWasSetBack(t *testing.T) {
	k := newKeyFile(t, "first")
	k.write("second")
	k.clock.Move(-time.Hour)
	k.wantKey("second")
}

func TestOnlyTheLastNewlineOfAKeyFileIsDropped(t *testing.T) {
	for _, file := range []struct{ text, key string }{
		{"key", "key"},
		{"key\n", "key"},
		{"key\r\n", "key"},
		{"key\n\n", "key\n"},
		{" key \n", " key "},
	} {
		newKeyFile(t, file.text).wantKey(file.key)
	}
}

func TestALostKeyFileLeavesTheLastKeyAndOneLineInTheLog(t *testing.T) {
	for name, lose := range map[string]func(*keyFile){
		"removed": func(k *keyFile) {
			if err := os.Remove(k.path); err != nil {
				t.Fatal(err)
			}
		},
		"empty":     func(k *keyFile) { k.write("") },
		"a newline": func(k *keyFile) { k.write("\n") },
	} {
		t.Run(name, func(t *testing.T) {
			k := newKeyFile(t, "first")
			for round := 1; round <= 2; round++ {
				lose(k)
				for range 3 {
					k.clock.Move(time.Second)
					k.wantKey("first")
				}
				if lines := strings.Count(k.log.String(), "cannot be read"); lines != round {
					t.Errorf("lost %d times, the log says so %d times:\n%s", round, lines, k.log.String())
				}
				k.write("first")
				k.clock.Move(time.Second)
				k.wantKey("first")
			}
			if strings.Contains(k.log.String(), "key changed") {
				t.Errorf("the key came back as it was, the log says\n%s", k.log.String())
			}
		})
	}
}

// Kubernetes mounts a secret as links: key → ..data/key, ..data → a folder with
// a date. It replaces the second link by renaming.
func TestASecretOfKubernetesIsFollowed(t *testing.T) {
	folder := t.TempDir()
	publish := func(version, key string) {
		must := func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		}
		must(os.Mkdir(filepath.Join(folder, version), 0o700))
		must(os.WriteFile(filepath.Join(folder, version, "callback-key"), []byte(key), 0o600))
		must(os.Symlink(version, filepath.Join(folder, "..data_tmp")))
		must(os.Rename(filepath.Join(folder, "..data_tmp"), filepath.Join(folder, "..data")))
	}
	publish("..2024_01", "first")
	path := filepath.Join(folder, "callback-key")
	if err := os.Symlink(filepath.Join("..data", "callback-key"), path); err != nil {
		t.Fatal(err)
	}
	clock := &clocktest.Clock{}
	settings := defaults()
	settings.CallbackKey.File = path
	service, err := signing.New(settings, nil, clock.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	publish("..2024_02", "second")
	clock.Move(time.Second)
	for _, key := range []string{"first", "second"} {
		event := signatures.EventSign{Sign: signing.EventSign(key, 60), T: 60}
		if err := service.VerifyEvent(t.Context(), event); err != nil {
			t.Errorf("an event signed with the %s key: %v", key, err)
		}
	}
}
