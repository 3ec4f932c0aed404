package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/libs/config"
)

var dataFiles = []string{"stream.db", "counter.db", "room.db", "signing.db"}

func TestADataFolderThatIsDeletedMakesTheProcessUnready(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	addresses := start(t, "-data-dir", dir, "-bizid", "8888")
	fill(t, addresses["http"], 1)
	if status, body := get(t, "http://"+addresses["ops"]+"/readyz"); status != http.StatusOK {
		t.Fatalf("before: %d %s", status, body)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	const request = `{"Action":"RequestLVBAddr","userid":"late","groupid":"g","title":"t"}`
	if reply := post(t, addresses["http"], request); !strings.HasPrefix(reply, `{"returnValue":2003,`) {
		t.Errorf("a write is answered %s", reply)
	}
	status, body := get(t, "http://"+addresses["ops"]+"/readyz")
	if status != http.StatusServiceUnavailable {
		t.Errorf("/readyz is %d", status)
	}
	for _, file := range dataFiles {
		if !strings.Contains(body, file+" was deleted while it was in use") || !strings.Contains(body, "restart") {
			t.Errorf("/readyz does not tell of %s: %s", file, body)
		}
	}
}

func TestOperatorsReadTheLedgerOfARunningProcess(t *testing.T) {
	addresses := start(t, "-bizid", "8888")
	fill(t, addresses["http"], 3)
	fill(t, addresses["http"], 3) // again within the hour, or in the next one
	status, body := get(t, "http://"+addresses["ops"]+"/ledger?user=user+1")
	lines := strings.Count(body, "\n")
	if status != http.StatusOK || lines < 1 || lines > 2 || strings.Count(body, `"user":"user 1"`) != lines {
		t.Errorf("/ledger: %d %s", status, body)
	}
}

func TestCheckTellsWhetherAFolderIsWhole(t *testing.T) {
	dir := filledFolder(t)
	if out, err := check(t, dir); err != nil || out != "4 files of "+dir+" are whole\n" {
		t.Errorf("a whole folder: %q, %v", out, err)
	}
	t.Run("in use", func(t *testing.T) {
		start(t, "-data-dir", dir)
		out, err := check(t, dir)
		if err == nil || !strings.Contains(err.Error(), "is in use by process") || out != "" {
			t.Errorf("a folder in use: %q, %v", out, err)
		}
	})
	for name, test := range map[string]struct {
		spoil func(dir string) error
		want  string
	}{
		"a missing file":   {func(dir string) error { return os.Remove(filepath.Join(dir, "room.db")) }, "room.db is missing"},
		"an empty file":    {truncate("room.db", 0), "room.db is empty"},
		"a truncated file": {truncate("stream.db", 8192), "stream.db: truncated: 8192 bytes"},
		"a damaged record": {edit("stream.db", "room 7", "room !"), `stream.db: bucket users, key "user 7": `},
		"a damaged entry":  {edit("signing.db", `"stream_id":"8888_user_207"`, `"stream_id":!8888_user_207"`), `signing.db: bucket ledger, key `},
		"a damaged member": {edit("room.db", "viewer 3", "viewer !"), `room.db: bucket members, key `},
		"a damaged name":   {edit("room.db", "sessions", "sessionz"), "room.db: bucket sessions: missing"},
		"nothing at all":   {func(dir string) error { return errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o700)) }, "there is no data in "},
	} {
		t.Run(name, func(t *testing.T) {
			spoilt := copyFolder(t, dir)
			if err := test.spoil(spoilt); err != nil {
				t.Fatal(err)
			}
			out, err := check(t, spoilt)
			if wrong := (*config.Error)(nil); err == nil || errors.As(err, &wrong) {
				t.Errorf("err is %v, want one that is no fault of the configuration", err)
			}
			if all := fmt.Sprintln(out, err); !strings.Contains(all, test.want) {
				t.Errorf("found\n%s\nwant %q", all, test.want)
			}
		})
	}
}

func TestNoDamageIsADumpOrASilentStart(t *testing.T) {
	whole := filledFolder(t)
	random := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // the same damage each time
	refused, page := 0, int64(os.Getpagesize())
	for _, name := range dataFiles {
		info, err := os.Stat(filepath.Join(whole, name))
		if err != nil {
			t.Fatal(err)
		}
		for size := int64(0); size < info.Size(); size += page {
			dir := copyFolder(t, whole)
			if err := truncate(name, size)(dir); err != nil {
				t.Fatal(err)
			}
			if out, err := check(t, dir); err == nil {
				t.Errorf("%s of %d bytes is whole: %s", name, size, out)
			}
		}
		for range 5 {
			dir := copyFolder(t, whole)
			raw, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			at := random.Int64N(int64(len(raw)) / page)
			copy(raw[at*page:(at+1)*page], bytes.Repeat([]byte{byte(random.Uint32())}, int(page)))
			if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
				t.Fatal(err)
			}
			if refusedInOneLine(t, dir, name) {
				refused++
			}
		}
	}
	if refused == 0 {
		t.Error("no damage was refused")
	}
}

// refusedInOneLine starts the program on a folder until it is ready, or refuses.
func refusedInOneLine(t *testing.T, dir, name string) bool {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	log := &untilReady{stop: stop}
	err := standalone().Run(ctx, []string{"-listen-http", "127.0.0.1:0", "-listen-ops", "", "-data-dir", dir}, io.Discard, log)
	if err == nil {
		return false
	}
	if !strings.Contains(err.Error(), filepath.Join(dir, name)) || strings.Contains(err.Error(), "\n") {
		t.Errorf("refused with %q, want one line that names %s", err, name)
	}
	if out, err := check(t, dir); err == nil {
		t.Errorf("it is refused, and whole: %s", out)
	}
	return true
}

// untilReady ends a program when it says that it is ready.
type untilReady struct{ stop func() }

func (u *untilReady) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte(`"msg":"ready"`)) {
		u.stop()
	}
	return len(line), nil
}

func TestCommandsTellOfThemselves(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"-help"}, "xiaozhibo check [flags]\n"},
		{[]string{"check", "-help"}, "Usage: xiaozhibo check [flags]"},
		{[]string{"check", "-help"}, "XZB_DATA_DIR"},
		{[]string{"check", "-help"}, "exits with 0 if nothing is"},
	} {
		var out strings.Builder
		if err := standalone().Run(t.Context(), test.args, &out, io.Discard); !errors.Is(err, flag.ErrHelp) || !strings.Contains(out.String(), test.want) {
			t.Errorf("%q: %v\n%s\nwant %q", test.args, err, out.String(), test.want)
		}
	}
	for _, args := range [][]string{{"chek"}, {"check", "more"}, {"check", "-data-dir="}, {"check", "-nonsense"}, {"check", "-store=file"}} {
		err := standalone().Run(t.Context(), args, io.Discard, io.Discard)
		if wrong := (*config.Error)(nil); !errors.As(err, &wrong) {
			t.Errorf("%q: %v, want a fault of the configuration", args, err)
		}
	}
}

func check(t *testing.T, dir string) (out string, err error) {
	t.Helper()
	var text strings.Builder
	err = standalone().Run(t.Context(), []string{"check", "-data-dir", dir}, &text, io.Discard)
	return text.String(), err
}

// filledFolder is a data folder with something in every file.
func filledFolder(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	t.Run("filled", func(t *testing.T) {
		fill(t, start(t, "-data-dir", dir, "-bizid", "8888")["http"], 12)
	})
	for _, name := range dataFiles {
		cutOff(t, dir, name)
	}
	return dir
}

// cutOff takes the pages from a file that were never used: bbolt takes 16 MiB of
// the disk at once.
func cutOff(t *testing.T, dir, name string) {
	t.Helper()
	path, page := filepath.Join(dir, name), int64(os.Getpagesize())
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	pages := sort.Search(int(int64(len(whole))/page), func(pages int) bool {
		err := os.WriteFile(path, whole[:int64(pages)*page], 0o600)
		if err != nil {
			t.Fatal(err)
		}
		_, err = check(t, dir)
		return err == nil
	})
	if err := os.WriteFile(path, whole[:int64(pages)*page], 0o600); err != nil {
		t.Fatal(err)
	}
}

// fill lets anchors go online, be liked and watched.
func fill(t *testing.T, address string, anchors int) {
	t.Helper()
	for i := range anchors {
		for _, request := range []string{
			fmt.Sprintf(`{"Action":"RequestLVBAddr","userid":"user %d","groupid":"g","title":"room %[1]d","userinfo":{"desc":%q}}`, i, strings.Repeat("d", 500)),
			fmt.Sprintf(`{"Action":"ChangeStatus","userid":"user %d","status":0}`, i),
			fmt.Sprintf(`{"Action":"ChangeCount","userid":"user %d","type":1,"optype":0,"flag":0}`, i),
			fmt.Sprintf(`{"Action":"EnterGroup","userid":"v%d","liveuserid":"user %[1]d","groupid":"g","flag":0,"nickname":"viewer %[1]d","headpic":%q}`, i, strings.Repeat("h", 2000)),
		} {
			if reply := post(t, address, request); !strings.HasPrefix(reply, `{"returnValue":0,`) {
				t.Fatalf("%s is answered %s", request, reply)
			}
		}
	}
}

func post(t *testing.T, address, request string) (reply string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/interface.php", strings.NewReader(request))
	if err != nil {
		t.Fatal(err)
	}
	_, reply = send(t, req)
	return reply
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	return send(t, req)
}

func send(t *testing.T, req *http.Request) (status int, body string) {
	t.Helper()
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

func copyFolder(t *testing.T, dir string) (copied string) {
	t.Helper()
	copied = t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return copied
}

func truncate(name string, size int64) func(dir string) error {
	return func(dir string) error { return os.Truncate(filepath.Join(dir, name), size) }
}

// edit changes every copy of a text in a file, also those in free pages.
func edit(name, before, after string) func(dir string) error {
	return func(dir string) error {
		path := filepath.Join(dir, name)
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !bytes.Contains(raw, []byte(before)) {
			return fmt.Errorf("%s does not hold %q", name, before)
		}
		return os.WriteFile(path, bytes.ReplaceAll(raw, []byte(before), []byte(after)), 0o600)
	}
}
