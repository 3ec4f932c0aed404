//go:build !race

package setup_test

import (
	"context"
	"encoding/json"
	"errors"
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

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/libs/telemetry"
	"xiaozhibo.dev/services/media"
	"xiaozhibo.dev/services/media/events"
	"xiaozhibo.dev/services/media/mediatest"
	"xiaozhibo.dev/services/media/setup"
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

// start starts the server and returns what ends it.
func (d *days) start(measured *telemetry.Telemetry) (stop func()) {
	log := slog.New(slog.DiscardHandler)
	runtime := &program.Runtime{Process: lifecycle.New(lifecycle.Options{}, log), Telemetry: measured, Name: "media", Log: log}
	var own media.Config
	own.ListenRTMP, own.ListenHTTP, own.ListenControl = rtmpAt, httpAt, controlAt
	own.Secret, own.Keys = config.Secret{Value: secret}, media.Keys{Push: config.Secret{Value: pushKey}, Play: config.Secret{Value: playKey}, Callback: config.Secret{Value: callbackKey}}
	own.Dir, own.CallbackURL, own.URL = d.dir, "http://gateway/callback", "http://play.example.com"
	own.Record, own.RecordSlice, own.RecordTTL, own.RecordMaxBytes = true, time.Hour, keptFor, 1<<30
	own.MaxPushes, own.MaxPlayers, own.MaxPushRate = 10, 10, 4<<20
	if err := setup.AddOn(runtime, own, d, d.net.listen); err != nil {
		d.Fatal(err)
	}
	ctx, cancel := context.WithCancel(d.Context())
	ended := make(chan error, 1)
	go func() { ended <- runtime.Run(ctx) }()
	synctest.Wait()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			d.Error(err)
		}
	}
}

// RoundTrip makes days the gateway.
func (d *days) RoundTrip(r *http.Request) (*http.Response, error) {
	var event events.Event
	if err := json.NewDecoder(r.Body).Decode(&event); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.down {
		return nil, errors.New("the gateway is down")
	}
	d.events[event.StreamID+" "+event.Name()]++
	if event.Type == events.Recorded {
		if d.files[event.StreamID] == nil {
			d.files[event.StreamID] = map[string]bool{}
		}
		d.files[event.StreamID][event.FileID] = true
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(`{"code":0}`)), Request: r}, nil
}

func (d *days) outage(down bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.down = down
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
		reader, pictures := &tags{from: body}, 0
		for reader.next() {
			if reader.kind == 9 && reader.frame {
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

// tags reads FLV.
type tags struct {
	from  io.Reader
	begun bool
	kind  byte
	frame bool // no configuration
}

func (r *tags) next() bool {
	if !r.begun {
		if _, err := io.ReadFull(r.from, make([]byte, 13)); err != nil {
			return false
		}
		r.begun = true
	}
	head := make([]byte, 11)
	if _, err := io.ReadFull(r.from, head); err != nil {
		return false
	}
	body := make([]byte, int(head[1])<<16|int(head[2])<<8|int(head[3])+4)
	if _, err := io.ReadFull(r.from, body); err != nil {
		return false
	}
	r.kind, r.frame = head[0], body[1] != 0
	return true
}
