//go:build !race

package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"xiaozhibo.dev/services/media/mediatest"
)

// soak is a whole server, where nothing is remembered for longer than a second, and who uses it.
type soak struct {
	t         *testing.T
	dir       string
	addresses map[string]string
	pushes    atomic.Int64
}

func newSoak(t *testing.T) *soak {
	t.Helper()
	s := &soak{t: t, dir: t.TempDir()}
	var known atomic.Pointer[map[string]string] // the server is told of this proxy before it has addresses
	front := httptest.NewServer(&httputil.ReverseProxy{
		Transport: &http.Transport{DisableKeepAlives: true},
		Rewrite: func(r *httputil.ProxyRequest) {
			to := "media control"
			if r.In.URL.Path == "/callback" {
				to = "http"
			}
			r.SetURL(&url.URL{Scheme: "http", Host: (*known.Load())[to]})
		},
	})
	t.Cleanup(front.Close)
	front.Config.SetKeepAlivesEnabled(false) // a pool of idle connections is no leak
	s.addresses = start(t, "-data-dir", s.dir, "-bizid", "8888", "-push-domain", "push.example.com", "-play-domain", "play.example.com",
		"-push-key", "testpushkey", "-play-key", "testplaykey", "-callback-key", "testcallbackkey", "-media-callback-url", front.URL+"/callback",
		"-media-listen-rtmp", "127.0.0.1:0", "-media-listen-http", "127.0.0.1:0", "-media-listen-control", "127.0.0.1:0", "-media-secret", operatorsSecret,
		"-media-record", "-media-record-ttl", "1s", "-media-max-push-rate", "1073741824",
		"-platform", "media", "-platform-url", front.URL, "-platform-secret-key", operatorsSecret, "-platform-poll", "1h",
		"-listen-admin", "127.0.0.1:0", "-admin-secret", operatorsSecret, "-max-opens-per-user", "0",
		"-anchor-ttl", "1s", "-summary-ttl", "1s", "-recording-window", "1s", "-min-recording", "1ns", "-member-ttl", "1s", "-max-changes", "50")
	known.Store(&s.addresses)
	return s
}

// round lets a crowd broadcast at once, until all of it has ended and the gateway knows: what the platform tells late,
// to the second, may be taken for the next session's.
func (s *soak) round() {
	var all sync.WaitGroup
	for i := range crowd {
		all.Go(func() { s.broadcast(fmt.Sprintf("u%d", i), i%8) })
	}
	all.Wait()
	for late := time.Now().Add(soakPatience); s.untold() > 0; <-time.After(10 * time.Millisecond) {
		if time.Now().After(late) {
			s.t.Error("the gateway is not told of what has ended")
			break
		}
	}
	if s.t.Failed() {
		s.t.FailNow()
	}
}

// untold is how many files the media server has that are no recordings.
func (s *soak) untold() (number int) {
	for _, pattern := range []string{"*", "*/*"} {
		found, err := filepath.Glob(filepath.Join(s.dir, "media", pattern+".json"))
		if err != nil {
			s.t.Fatal(err)
		}
		number += len(found)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "media", "forbidden.json")); err == nil {
		number--
	}
	return number
}

// broadcast is one, from RequestLVBAddr to its end, which comes in one of eight ways.
func (s *soak) broadcast(user string, way int) {
	opened := s.action(`{"Action":"RequestLVBAddr","userid":%q,"groupid":"g","title":"soak"}`, user)
	to := s.local(opened["pushurl"].(string))
	if way == 7 { // a stranger first
		if encoder, err := mediatest.Push(s.t.Context(), strings.Replace(to, "txSecret=", "txSecret=0", 1)); err == nil {
			encoder.Close()
			s.t.Error("a push with a wrong signature is let in")
		}
	}
	s.action(`{"Action":"ChangeStatus","userid":%q,"status":0}`, user)
	s.watch(user, way)
	row := s.action(`{"Action":"GetUserInfo","userid":%q,"type":0}`, user)
	encoder := s.push(to)
	if encoder == nil {
		return
	}
	defer encoder.Close()
	s.live(user, encoder)
	var players sync.WaitGroup
	switch flv, hls := s.local(row["playurl"].(string)), s.local(row["hls_play_url"].(string)); way {
	case 1:
		watched := s.join(flv)
		players.Go(func() { s.play(watched, 4096) }) // it leaves when it has seen enough
	case 5:
		s.seconds(encoder, 6, 100)
		s.playHLS(hls)
	case 6:
		slow := s.idle(flv)
		defer slow.Close()
		s.seconds(encoder, 8, 64<<10) // more than may wait for it
	default:
		watched := s.join(flv)
		players.Go(func() { s.play(watched, 1<<30) })
	}
	s.seconds(encoder, 4, 200)
	s.end(user, way, to, encoder)
	players.Wait()
}

// end ends a broadcast.
func (s *soak) end(user string, way int, to string, encoder *mediatest.Encoder) {
	switch way {
	case 1:
		encoder.Kill()
	case 2:
		s.operate("PUT", "/api/bans", fmt.Sprintf(`{"user":%q,"until":%d,"going_live":true}`, user, time.Now().Add(time.Hour).UnixMilli()))
		s.ended(encoder)
		s.operate("DELETE", "/api/bans", fmt.Sprintf(`{"user":%q}`, user))
	case 3:
		if second := s.push(to); second != nil {
			s.ended(encoder)
			s.seconds(second, 2, 200)
			second.Close()
		}
	case 4:
		s.operate("POST", "/api/end", fmt.Sprintf(`{"user":%q}`, user))
		s.ended(encoder)
	default:
		encoder.Close()
	}
	// The platform may have told of the end before, so that nobody knows the user any more.
	s.send(http.MethodPost, "http://"+s.addresses["http"]+"/interface.php", fmt.Sprintf(`{"Action":"ChangeStatus","userid":%q,"status":1}`, user))
}

// watch lets three enter, like it, and one of them leave.
func (s *soak) watch(user string, way int) {
	for i := range 3 {
		s.action(`{"Action":"EnterGroup","userid":"v%d","liveuserid":%q,"groupid":"g","flag":0,"nickname":"V"}`, i, user)
		s.action(`{"Action":"ChangeCount","userid":%q,"type":1,"optype":0,"flag":0}`, user)
	}
	if way != 7 { // else they all vanish
		s.action(`{"Action":"QuitGroup","userid":"v0","liveuserid":%q,"groupid":"g","flag":0}`, user)
	}
}

func (s *soak) push(to string) *mediatest.Encoder {
	encoder, err := mediatest.Push(s.t.Context(), to)
	if err != nil {
		s.t.Errorf("push: %v", err)
		return nil
	}
	s.pushes.Add(1)
	return encoder
}

// live waits until the media server has heard of the push, which goes on meanwhile: one without a frame is ended.
func (s *soak) live(user string, encoder *mediatest.Encoder) {
	for late := time.Now().Add(time.Minute); ; s.seconds(encoder, 1, 10) {
		said := s.send(http.MethodGet, "http://"+s.addresses["media control"]+"/streams/8888_"+user, "")
		if bytes.Contains(said, []byte(`"state":"active"`)) {
			return
		}
		if time.Now().After(late) {
			s.t.Errorf("the push of %s is not heard of: %s", user, said)
			return
		}
	}
}

func (s *soak) seconds(encoder *mediatest.Encoder, number, size int) {
	for range number {
		if err := encoder.Second(size); err != nil {
			s.t.Errorf("push: %v", err)
			return
		}
	}
}

func (s *soak) ended(encoder *mediatest.Encoder) {
	if err := encoder.Ended(); err != nil {
		s.t.Errorf("a push that was ended goes on: %v", err)
	}
}

// left is what the server still knows of broadcasts; "" if that is nothing.
func (s *soak) left() string {
	var left []string
	for what, none := range map[string]string{"/api/summaries": `"summaries":[]`, "/api/bans": `"bans":[]`} {
		if said := s.operate("GET", what, ""); !bytes.Contains(said, []byte(none)) {
			left = append(left, string(said))
		}
	}
	if said := s.send("GET", "http://"+s.addresses["media control"]+"/streams", ""); !bytes.Contains(said, []byte(`"streams":[]`)) {
		left = append(left, string(said))
	}
	if list := s.action(`{"Action":"FetchList","flag":3,"pageno":1,"pagesize":20}`); list["totalcount"] != 0.0 {
		left = append(left, fmt.Sprint(list))
	}
	for i := range crowd {
		said := s.send("POST", "http://"+s.addresses["http"]+"/interface.php", fmt.Sprintf(`{"Action":"GetUserInfo","userid":"u%d","type":0}`, i))
		if !bytes.HasPrefix(said, []byte(`{"returnValue":2003,`)) {
			left = append(left, string(said))
		}
	}
	return strings.Join(left, "\n")
}

// removeRecordings does what a sweep does later, as an operator.
func (s *soak) removeRecordings() {
	if os.Getenv("XZB_SOAK") != "" {
		return // it is left to the sweep
	}
	all, err := filepath.Glob(filepath.Join(s.dir, "media", "recordings", "*.mp4"))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, path := range all {
		s.send("DELETE", "http://"+s.addresses["media control"]+"/recordings/"+strings.TrimSuffix(filepath.Base(path), ".mp4"), "")
	}
}
