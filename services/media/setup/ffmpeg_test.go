package setup_test

import (
	"fmt"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/services/media/events"
)

// needFFmpeg skips where there is no ffmpeg, unless REQUIRE_FFMPEG says that there must be.
func needFFmpeg(t *testing.T) {
	t.Helper()
	for _, program := range []string{"ffmpeg", "ffprobe"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("REQUIRE_FFMPEG") != "" {
				t.Fatal(err)
			}
			t.Skip("no " + program + " on the PATH")
		}
	}
}

// probe is what ffprobe reads of the first two seconds of a URL: a line for each stream.
func probe(t *testing.T, url string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-rw_timeout", "120000000", "-read_intervals", "%+2", "-count_frames",
		"-show_entries", "stream=codec_name,width,height,nb_read_frames", "-of", "compact=p=0", url)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("ffprobe: %v\n%s", err, out)
	}
	return string(out)
}

func TestARealEncoderIsPlayedAndRecorded(t *testing.T) {
	needFFmpeg(t)
	for codec, args := range map[string][]string{
		"h264 and aac": {"-f", "lavfi", "-i", "testsrc=size=320x240:rate=25", "-f", "lavfi", "-i", "sine=r=44100", "-c:v", "libx264", "-bf", "2", "-c:a", "aac"},
		"h264 alone":   {"-f", "lavfi", "-i", "testsrc=size=320x240:rate=25", "-c:v", "libx264"},
		"aac alone":    {"-f", "lavfi", "-i", "sine=r=44100", "-c:a", "aac"},
	} {
		t.Run(codec, func(t *testing.T) {
			t.Parallel() // it lasts as long as its stream
			g := newGateway(t)
			s := start(t, g, t.TempDir(), "-media-record")
			push := append([]string{"-v", "error", "-re"}, args...)
			if strings.Contains(codec, "h264") {
				push = append(push, "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25")
			}
			began := time.Now()
			encoder := encode(t, 8*time.Second, append(push, "-f", "flv", s.pushURL("8888_tom")))
			g.wait(t, 1)
			t.Logf("told after %s", time.Since(began).Round(time.Millisecond))
			for _, ext := range []string{".flv", ".m3u8"} {
				seen := probe(t, s.playURL("8888_tom", ext))
				for name, line := range map[string]string{"h264": "codec_name=h264|width=320|height=240", "aac": "codec_name=aac"} {
					if strings.Contains(codec, name) != strings.Contains(seen, line) {
						t.Errorf("%s of %s has %s", ext, codec, seen)
					}
				}
			}
			sent := encoder.stop(t)
			recorded := g.wait(t, 3)[2]
			if most := time.Since(began); recorded.Type != events.Recorded ||
				recorded.Duration < int64(sent.Seconds())-1 || recorded.Duration > int64(most.Seconds())+1 {
				t.Errorf("heard %+v of a push of %v, within %v", recorded, sent, most)
			}
			url := "http://" + s.http + strings.TrimPrefix(recorded.VideoURL, "http://play.example.com")
			decodes(t, url)
			out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "default=nk=1:nw=1", url).CombinedOutput()
			var seconds float64
			if _, scanErr := fmt.Sscan(string(out), &seconds); err != nil || scanErr != nil || math.Abs(seconds-sent.Seconds()) > 0.5 {
				t.Errorf("the recording of %v has %s seconds, %v", sent, out, err)
			}
		})
	}
}

// decodes reads a recording to its end, and from its middle.
func decodes(t *testing.T, url string) {
	t.Helper()
	for _, seek := range []string{"0", "4"} {
		out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-ss", seek, "-i", url, "-f", "null", "-").CombinedOutput()
		if err != nil || len(out) > 0 {
			t.Errorf("from second %s the recording is decoded with %v\n%s", seek, err, out)
		}
	}
}

// A long push is several recordings.
func TestALongPushIsSeveralRecordingsEachWhole(t *testing.T) {
	needFFmpeg(t)
	g, dir := newGateway(t), t.TempDir()
	s := start(t, g, dir, "-media-record", "-media-record-slice=2s")
	encoder := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-re", "-f", "lavfi", "-i", "testsrc=size=160x120:rate=25", "-c:v", "libx264",
		"-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25", "-t", "7", "-f", "flv", s.pushURL("8888_tom"))
	if out, err := encoder.CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v\n%s", err, out)
	}
	heard := g.wait(t, 5) // began, ended, and three recordings or more
	files, _ := filepath.Glob(filepath.Join(dir, "recordings", "*.mp4"))
	if len(files) < 3 {
		t.Fatalf("recorded %q, heard %+v", files, heard)
	}
	for _, file := range files {
		if status, _ := ask(t, http.MethodGet, "http://"+s.http+"/recordings/"+filepath.Base(file), ""); status != http.StatusOK {
			t.Errorf("%s: %d", file, status)
		}
		out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", file, "-f", "null", "-").CombinedOutput()
		if err != nil || len(out) > 0 {
			t.Errorf("%s is decoded with %v\n%s", file, err, out)
		}
	}
}
