//go:build browser

package browser_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// shows are the rooms of the gallery, and how ffmpeg draws their covers.
var shows = []struct {
	user, name, title, cover string
	viewers, likes           int
}{
	{"mandel", "分形实验室", "深入曼德博集合，边看边聊", "mandelbrot=s=640x360:end_pts=100", 31, 64},
	{"tom", "Tom", "Test pattern of ffmpeg", "testsrc2=s=640x360", 12, 25},
	{"lena", "Lena", "Evening over the bay", "gradients=s=640x360:c0=0x1b2a6b:c1=0xff7a59:c2=0xffd27d:n=3:seed=7:x0=0:y0=0:x1=200:y1=359", 24, 90},
	{"conway", "Conway", "The game of life", "life=s=160x90:mold=10:r=25:ratio=0.15:death_color=0x602040:life_color=0xffb0d0:seed=3,scale=640:360:flags=neighbor", 9, 17},
	{"ada", "艾达", "代码之夜：写直播服务器", "", 18, 41},
	{"bars", "Studio 5", "Line-up before the show", "smptehdbars=s=640x360", 3, 2},
	{"rule", "沃尔夫勒姆", "规则 110", "cellauto=s=160x90:rule=110:ratio=0.3:seed=5,scale=640:360:flags=neighbor,negate,colorchannelmixer=.9:0:0:0:.3:.2:0:0:.5:.3:.4", 7, 11},
	{"mei", "小美", "晚安电台：海边的风", "gradients=s=640x360:c0=0x0b3d3a:c1=0x3fb8a8:c2=0xd9f5c7:n=3:seed=11:x0=0:y0=0:x1=500:y1=340", 21, 58},
	{"sierra", "Sierra", "Triangles all night", "sierpinski=s=640x360:type=triangle:seed=9,hue=h=200:s=1.4", 6, 14},
	{"olga", "Olga", "Cooking with what is left", "", 15, 33},
}

// TestGallery takes pictures of all pages, in both languages, dark and light, on a desk and
// a phone. Nothing is tested that other tests do not, so it runs only for whoever wants them.
func TestGallery(t *testing.T) {
	if os.Getenv("SCREENSHOTS") == "" {
		t.Skip("SCREENSHOTS names no folder to keep pictures in")
	}
	s := startServer(t, append(media(), "XZB_MIN_RECORDING=2s", "XZB_MEDIA_RECORD=true")...)
	page := opened(t, s)
	page.see(".empty")
	page.click(".empty button")
	page.see(".steps")
	page.picture("start")
	s.must("ChangeStatus", fields{"userid": "tom", "status": 1})
	broadcast(t, s)

	page.until(`document.querySelectorAll('.card').length === ` + fmt.Sprint(len(shows)))
	page.do(chromedp.EmulateViewport(1440, 690))
	page.picture("console") // docs/images/console.png
	for _, screen := range []struct {
		name       string
		wide, tall int
	}{{"desk", 1440, 860}, {"phone", 390, 844}} {
		page.do(chromedp.EmulateViewport(int64(screen.wide), int64(screen.tall)))
		for _, look := range []string{"en-light", "zh-dark"} {
			for _, part := range []string{"live", "live/tom", "recordings", "past", "bans", "journal", "webhooks", "try", "health"} {
				page.do(chromedp.Navigate(s.console + "#/" + part))
				page.see("h1")
				<-time.After(2 * time.Second) // a picture of what is asked for now and then, and of a player
				page.picture(fmt.Sprintf("%s-%s-%s", screen.name, look, filepath.Base(part)))
				if part == "try" {
					script[chromedp.Void](page, `document.querySelector('#field-userid').value = 'somebody'; 0`) // tom's room goes on
					page.click(".fields button")
					page.see(".course")
					script[chromedp.Void](page, `document.querySelector("#trace").scrollIntoView(); 0`)
					page.picture(fmt.Sprintf("%s-%s-trace", screen.name, look))
				}
			}
			page.do(chromedp.Navigate(s.console + "#/live"))
			page.click(".tools button:nth-child(1)")
			page.click(".tools button:nth-child(2)")
		}
	}
}

// broadcast makes the rooms of the gallery: tom pushes, the others say that they are live.
func broadcast(t *testing.T, s *server) {
	t.Helper()
	folder := t.TempDir()
	covers := httptest.NewServer(http.FileServer(http.Dir(folder)))
	t.Cleanup(covers.Close)
	for _, show := range shows {
		url := ""
		if show.cover != "" {
			url = covers.URL + "/" + show.user + ".png"
			command := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-f", "lavfi", "-i", show.cover, "-ss", "2", "-frames:v", "1", //nolint:gosec // a test's
				filepath.Join(folder, show.user+".png"))
			if said, err := command.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, said)
			}
		}
		group := "g-" + show.user
		opened := s.must("RequestLVBAddr", fields{"userid": show.user, "groupid": group, "title": show.title,
			"userinfo": fields{"nickname": show.name, "headpic": "", "frontcover": url, "location": "", "desc": ""}})
		s.must("ChangeStatus", fields{"userid": show.user, "status": 0})
		if show.user == "tom" {
			push(t, opened["pushurl"].(string))
		}
		for i := range show.viewers {
			s.must("EnterGroup", fields{"userid": fmt.Sprintf("viewer-%d", i), "liveuserid": show.user, "groupid": group, "flag": 0, "nickname": fmt.Sprintf("Viewer %d", i), "headpic": ""})
		}
		for range show.likes {
			s.must("ChangeCount", fields{"userid": show.user, "type": 1, "optype": 0, "flag": 0, "fileid": ""})
		}
	}
}
