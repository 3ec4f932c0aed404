//go:build browser

package browser_test

import (
	"bytes"
	"encoding/binary"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestAStreamOfSoundOnlyIsHeardAndThePageSaysSo(t *testing.T) {
	s := startServer(t, media()...)
	page := opened(t, s)
	url := s.must("RequestLVBAddr", fields{"userid": "tom", "groupid": "g-tom", "title": "Radio"})["pushurl"].(string)
	pushOf(t, url, tone)
	page.click(`[data-user="tom"]`)
	page.see("[data-why=soundOnly]")
	page.until(playing + " > 0.2")
	page.mustBeAccessible("sound only")
	page.picture("sound-only")
	page.click(`.player button:nth-of-type(2)`)
	page.until(`document.querySelector('video').dataset.kind === 'hls'`)
	page.see("[data-why=soundOnly]")
	page.until(playing + " > 0.2")
}

// Chromium without a decoder of its own for H.265 stands for all browsers that lack one.
func TestAStreamOfH265IsExplained(t *testing.T) {
	folder := h265(t)
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		http.ServeFile(w, r, filepath.Join(folder, filepath.Base(r.URL.Path)))
	}))
	t.Cleanup(platform.Close)
	s := startServer(t, "XZB_PLAY_DOMAIN="+strings.TrimPrefix(platform.URL, "http://"))
	s.live("tom", "Sharper")
	s.live("ann", "Sharper, and no list of codecs")
	page := opened(t, s)
	if script[bool](page, `MediaSource.isTypeSupported('video/mp4; codecs="hvc1.1.6.L93.B0"')`) {
		t.Skip("this browser plays H.265")
	}
	explained := `/H\.265/.test(document.querySelector('[data-why=cannotPlay]')?.textContent)`
	page.click(`[data-user="tom"]`)
	page.until(explained)
	page.click(`.player button:nth-of-type(2)`)
	page.until(`document.querySelector('video').dataset.kind === 'hls' && ` + explained)
	page.click("dialog header button")
	page.click(`[data-user="ann"]`)
	page.click(`.player button:nth-of-type(2)`)
	page.until(`document.querySelector('video').dataset.kind === 'hls' && ` + explained)
	page.mustBeAccessible("H.265")
	page.picture("h265")
}

// h265 makes a stream of H.265 as files for HLS and FLV, and returns their folder.
func h265(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	command := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=2",
		"-c:v", "libx265", "-x265-params", "log-level=error", "-preset", "ultrafast", "-tag:v", "hvc1", "-f", "hls", "-hls_segment_type", "fmp4",
		"8888_ann.m3u8")
	command.Dir = folder
	if said, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	start, err := os.ReadFile(filepath.Join(folder, "init.mp4")) //nolint:gosec // a test's
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"8888_tom.flv":  flvOf(box(t, start, "hvcC")),
		"8888_tom.m3u8": []byte("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=100000,CODECS=\"hvc1.1.6.L60.90\"\n8888_ann.m3u8\n"),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// box is what a box of an MP4 holds.
func box(t *testing.T, file []byte, name string) []byte {
	t.Helper()
	at := bytes.Index(file, []byte(name))
	if at < 4 {
		t.Fatalf("no %s in %d bytes", name, len(file))
	}
	return file[at+4 : at-4+int(binary.BigEndian.Uint32(file[at-4:]))]
}

// flvOf is an FLV of what a decoder of H.265 must know, and of one key frame.
func flvOf(config []byte) []byte {
	file := []byte{'F', 'L', 'V', 1, 1, 0, 0, 0, 9, 0, 0, 0, 0}
	for _, body := range [][]byte{append([]byte{0x1C, 0, 0, 0, 0}, config...), {0x1C, 1, 0, 0, 0, 0, 0, 0, 3, 0x26, 1, 0}} {
		size := []byte{byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}
		file = append(append(append(file, 9), size...), 0, 0, 0, 0, 0, 0, 0)
		file = binary.BigEndian.AppendUint32(append(file, body...), uint32(len(body)+11))
	}
	return file
}
