//go:build browser

package browser_test

import (
	"context"
	"os/exec"
	"syscall"
	"testing"

	"xiaozhibo.dev/test/programs"
)

// push sends a test pattern with ffmpeg until stop is called or the server ends it.
func push(t *testing.T, url string) (stop func()) {
	t.Helper()
	command := exec.CommandContext(context.Background(), "ffmpeg", "-v", "error", "-re", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25",
		"-f", "lavfi", "-i", "sine=r=44100", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-g", "25",
		"-c:a", "aac", "-f", "flv", url)
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

const playing = `document.querySelector('video')?.currentTime`

func TestAPushIsSeenLikedEndedAndPlayedAgain(t *testing.T) {
	addresses := &programs.Builder{}
	rtmp, media := addresses.Address(), addresses.Address()
	s := startServer(t, "XZB_MEDIA_LISTEN_RTMP="+rtmp, "XZB_MEDIA_LISTEN_HTTP="+media, "XZB_PUSH_DOMAIN="+rtmp, "XZB_PLAY_DOMAIN="+media,
		"XZB_MIN_RECORDING=2s", "XZB_MEDIA_RECORD=true")
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
