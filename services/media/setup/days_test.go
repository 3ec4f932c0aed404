//go:build !race

package setup_test

import (
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/libs/telemetry"
	"xiaozhibo.dev/services/media/flv"
	"xiaozhibo.dev/services/media/mediatest"
)

const (
	rtmpAt, httpAt, controlAt = "rtmp:1935", "http:80", "control:80"

	keptFor  = 6 * time.Hour
	pictures = 10 * time.Second // between two
	urlsLast = 24 * time.Hour
)

// days is the media server in a bubble of virtual time, with all its parts and files, on pipes.
type days struct {
	*testing.T
	net    *pipes
	client *http.Client
	dir    string
	until  int64 // when URLs of the first moment expire

	mu     sync.Mutex
	down   bool // the gateway
	events map[string]int
	files  map[string]map[string]bool // told of, by stream
}

// Two days of a stream that never ends, with all that happens beside it each hour, and an outage of the gateway. Nothing is
// forgotten that must be kept, and nothing is kept that may be forgotten.
func TestTwoDaysOfPushingLeaveNothing(t *testing.T) {
	measured, err := telemetry.New(t.Context(), "media", "test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) { run(t, measured, dir) })
}

func run(t *testing.T, measured *telemetry.Telemetry, dir string) {
	d := &days{T: t, dir: dir, net: &pipes{listeners: map[string]*pipeListener{}}, until: time.Now().Add(urlsLast).Unix(), events: map[string]int{}, files: map[string]map[string]bool{}}
	transport := &http.Transport{DialContext: d.net.dial, DisableKeepAlives: true}
	d.client = &http.Client{Transport: transport}
	stop := d.start(measured)
	ended := d.pushForDays(48 * time.Hour)
	watched := d.watch()

	var early, late use
	for hour := range 48 {
		began := time.Now()
		d.outage(hour >= 10 && hour < 14)
		d.hour(hour)
		<-time.After(time.Until(began.Add(time.Hour - time.Minute)))
		switch hour {
		case 8:
			early = d.use()
		case 47:
			late = d.use()
		}
		<-time.After(time.Until(began.Add(time.Hour)))
	}
	<-ended
	seen := <-watched
	if want := int(48*time.Hour/pictures) - 1; seen < want {
		t.Errorf("who watched for two days saw %d pictures of %d", seen, want)
	}
	if late.goroutines != early.goroutines || late.heap > early.heap+2<<20 {
		t.Errorf("after nine hours %d goroutines and %d bytes, after two days %d and %d", early.goroutines, early.heap, late.goroutines, late.heap)
	}
	<-time.After(keptFor + 2*time.Minute)
	d.nothingIsLeft()
	stop()
	t.Logf("%d goroutines; %d bytes after nine hours, %d after two days; events %v", late.goroutines, early.heap, late.heap, d.events)
}

func (d *days) push(stream string, until int64) (*mediatest.Encoder, error) {
	encoder, err := mediatest.ConnectBy(d.Context(), "rtmp://"+rtmpAt+"/live/"+stream+"?"+signature(pushKey, stream, until), d.net.dial)
	if err != nil {
		return nil, err
	}
	go encoder.Hear()
	err = encoder.Begin()
	return encoder, err
}

// send pushes pictures for a time.
func (d *days) send(encoder *mediatest.Encoder, length time.Duration) {
	for at := time.Duration(0); at < length; at += pictures {
		if err := encoder.Picture(at, 100); err != nil {
			d.Errorf("after %v: %v", at, err)
			return
		}
		<-time.After(pictures)
	}
}

// pushForDays pushes one stream. Its URL expires meanwhile, which ends nothing.
func (d *days) pushForDays(length time.Duration) (ended chan struct{}) {
	encoder, err := d.push("8888_days", d.until)
	if err != nil {
		d.Fatal(err)
	}
	ended = make(chan struct{})
	go func() {
		defer close(ended)
		d.send(encoder, length)
		encoder.Close()
	}()
	<-time.After(time.Second)
	return ended
}

// watch plays it to its end, and returns how many pictures came.
func (d *days) watch() chan int {
	seen, body := make(chan int, 1), d.play("8888_days", ".flv", d.until, http.StatusOK)
	go func() {
		defer body.Close()
		pictures, err := 0, readHeader(body)
		for err == nil {
			var one frame
			if one, err = readFrame(body); err == nil && one.kind == flv.Video && !one.config {
				pictures++
			}
		}
		seen <- pictures
	}()
	return seen
}

// play asks for a stream under a URL that expires.
func (d *days) play(stream, ext string, until int64, want int) io.ReadCloser {
	request, err := http.NewRequestWithContext(d.Context(), http.MethodGet, "http://"+httpAt+"/live/"+stream+ext+"?"+signature(playKey, stream, until), nil)
	if err != nil {
		d.Fatal(err)
	}
	response, err := d.client.Do(request)
	if err != nil {
		d.Fatal(err)
	}
	if response.StatusCode != want {
		d.Errorf("at %v %s%s is answered %d, want %d", time.Now(), stream, ext, response.StatusCode, want)
	}
	return response.Body
}

// hour is what happens beside the stream each hour, in a quarter of it.
func (d *days) hour(hour int) {
	good, expired := time.Now().Add(time.Hour).Unix(), time.Now().Unix() > d.until
	status := http.StatusOK
	if expired {
		status = http.StatusForbidden
	}
	for _, ext := range []string{".m3u8", ".flv"} {
		d.play("8888_days", ext, d.until, status).Close()
		d.play("8888_days", ext, good, http.StatusOK).Close()
	}
	if encoder, err := d.push("8888_hour", d.until); (err == nil) == expired {
		d.Errorf("in hour %d a URL of the first moment is good: %t (%v)", hour, err == nil, err)
	} else if err == nil {
		d.send(encoder, 2*time.Minute)
		encoder.Close()
	}
	stranger := d.net.mustDial(d.T, rtmpAt) // says nothing
	lazy := d.play("8888_days", ".flv", good, http.StatusOK)
	silent, err := d.push("8888_silent", good) // says nothing after a picture
	if err != nil {
		d.Fatal(err)
	}
	if err := silent.Picture(0, 100); err != nil {
		d.Fatal(err)
	}
	<-time.After(5 * time.Minute)
	if _, err := stranger.Read(make([]byte, 1)); err == nil {
		d.Error("a stranger is greeted who said nothing")
	}
	_ = stranger.Close()
	_ = lazy.Close()
	silent.Close()
	d.forbid(hour)
	d.retains()
}

// forbid forbids a stream for a time that passes.
func (d *days) forbid(hour int) {
	good, stream := time.Now().Add(time.Hour).Unix(), "8888_bad"
	d.operate(http.MethodPut, "/forbidden/"+stream, `{"until":`+strconv.FormatInt(time.Now().Add(3*time.Minute).Unix(), 10)+`,"reason":"spam"}`)
	if _, err := d.push(stream, good); err == nil {
		d.Errorf("in hour %d a stream that is forbidden is pushed", hour)
	}
	<-time.After(4 * time.Minute)
	encoder, err := d.push(stream, good)
	if err != nil {
		d.Errorf("in hour %d a stream is forbidden for too long: %v", hour, err)
		return
	}
	encoder.Close()
}

func (d *days) operate(method, path, body string) (said string) {
	request, err := http.NewRequestWithContext(d.Context(), method, "http://"+controlAt+path, strings.NewReader(body))
	if err != nil {
		d.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+secret)
	response, err := d.client.Do(request)
	if err != nil {
		d.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		d.Errorf("%s %s: %d %s %v", method, path, response.StatusCode, text, err)
	}
	return string(text)
}

// retains wants no recording to be older than it may be, and that of the last hours to be there.
func (d *days) retains() {
	kept := 0
	for _, name := range d.left("recordings") {
		info, err := os.Stat(filepath.Join(d.dir, "recordings", name))
		if err != nil {
			continue // it has gone meanwhile
		}
		kept++
		if age := time.Since(info.ModTime()); strings.HasSuffix(name, ".mp4") && age > keptFor+2*time.Minute {
			d.Errorf("%s is kept for %v", name, age)
		}
	}
	if kept == 0 {
		d.Error("no recording is there")
	}
}

func (d *days) left(folder string) (names []string) {
	entries, err := os.ReadDir(filepath.Join(d.dir, folder))
	if err != nil {
		d.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// use is what the process has at a moment of rest.
type use struct{ goroutines, heap int }

func (d *days) use() use {
	synctest.Wait()
	var memory runtime.MemStats
	for range 2 { // the first empties pools into the second
		runtime.GC()
	}
	runtime.ReadMemStats(&memory)
	return use{goroutines: runtime.NumGoroutine(), heap: int(memory.HeapAlloc)}
}

// nothingIsLeft is asked when all is over and nothing need be kept any more.
func (d *days) nothingIsLeft() {
	for _, folder := range []string{"recordings", "events", "online"} {
		if names := d.left(folder); len(names) > 0 {
			d.Errorf("left in %s: %v", folder, names)
		}
	}
	if streams := d.operate(http.MethodGet, "/streams", ""); !strings.Contains(streams, `"streams":[]`) {
		d.Errorf("live are %s", streams)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for stream, want := range map[string]int{"8888_days": 48, "8888_hour": 24, "8888_silent": 48} { // those of the outage too
		if told := len(d.files[stream]); told != want {
			d.Errorf("the gateway was told of %d recordings of %s, want %d", told, stream, want)
		}
	}
}
