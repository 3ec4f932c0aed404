//go:build browser

package browser_test

import (
	"context"
	"os/exec"
	"slices"
	"syscall"
	"testing"

	"xiaozhibo.dev/test/programs"
)

// What ffmpeg makes: a picture, and a sound.
var (
	pattern = []string{"-f", "lavfi", "-i", "testsrc2=s=320x180:r=25", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-g", "25"}
	tone    = []string{"-f", "lavfi", "-i", "sine=r=44100", "-c:a", "aac"}
)

// push sends a test pattern with ffmpeg until stop is called or the server ends it.
func push(t *testing.T, url string) (stop func()) {
	t.Helper()
	return pushOf(t, url, pattern[:4], tone[:4], pattern[4:], tone[4:])
}

// pushOf is push of anything: inputs first, then how they are encoded.
func pushOf(t *testing.T, url string, what ...[]string) (stop func()) {
	t.Helper()
	arguments := append([]string{"-v", "error", "-re"}, slices.Concat(what...)...)
	command := exec.CommandContext(context.Background(), "ffmpeg", append(arguments, "-f", "flv", url)...) //nolint:gosec // a test's
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			_ = command.Process.Signal(syscall.SIGINT) // it may have ended
			_ = command.Wait()                         // with a status of its own
		}
	}
	t.Cleanup(stop)
	return stop
}

// media are the settings of a media server beside the others.
func media() []string {
	addresses := &programs.Builder{}
	rtmp, http := addresses.Address(), addresses.Address()
	return []string{"XZB_MEDIA_LISTEN_RTMP=" + rtmp, "XZB_MEDIA_LISTEN_HTTP=" + http, "XZB_PUSH_DOMAIN=" + rtmp, "XZB_PLAY_DOMAIN=" + http}
}

const playing = `document.querySelector('video')?.currentTime`

func TestAPushIsSeenLikedEndedAndPlayedAgain(t *testing.T) {
	s := startServer(t, append(media(), "XZB_MIN_RECORDING=2s", "XZB_MEDIA_RECORD=true")...)
	page := opened(t, s)
	page.see(".empty")

	url := s.must("RequestLVBAddr", fields{"userid": "tom", "groupid": "g-tom", "title": "Test pattern"})["pushurl"].(string)
	stop := push(t, url)
	page.see(`[data-user="tom"]`) // the platform's event lists it
	page.click(`[data-user="tom"]`)
	page.until(playing + " > 1")
	page.picture("playing-flv")
	page.click(`.player button:nth-of-type(2)`)
	page.until(`document.querySelector('video').dataset.kind === 'hls'`)
	page.until(playing + " > 1")
	page.picture("playing-hls")
	s.must("ChangeCount", fields{"userid": "tom", "type": 1, "optype": 0, "flag": 0, "fileid": ""})
	s.must("EnterGroup", fields{"userid": "ann", "liveuserid": "tom", "groupid": "g-tom", "flag": 0, "nickname": "Ann", "headpic": ""})
	page.until(`document.querySelector('.members li')`)
	page.until(`[...document.querySelectorAll('.facts dd')].slice(-2).map((e) => e.textContent).join() === '1,1'`)

	stop()
	page.until(`document.querySelector('.why .bad')`)
	page.picture("ended")
	page.click("dialog header button")
	page.click(`a[href="#/recordings"]`)
	page.see(".cover-button")
	page.click(".cover-button")
	page.until(playing + " > 1")
	page.mustBeAccessible("recordings")
	page.picture("recording")
}
