package setup_test

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/services/media/events"
	"xiaozhibo.dev/services/media/mediatest"
)

func TestAStreamIsPushedPlayedAndTold(t *testing.T) {
	g := newGateway(t)
	s := start(t, g, t.TempDir())
	encoder := mediatest.Start(t, s.pushURL("8888_tom"))
	if err := encoder.Second(1000); err != nil {
		t.Fatal(err)
	}
	began := g.wait(t, 1)[0]
	if began.Type != events.Pushed || began.StreamID != "8888_tom" || !regexp.MustCompile(`^[0-9]{19}$`).MatchString(began.Sequence) {
		t.Errorf("heard %+v", began)
	}
	sum := md5.Sum([]byte(callbackKey + strconv.FormatInt(began.T, 10)))
	if began.Sign != hex.EncodeToString(sum[:]) || began.T < time.Now().Unix() {
		t.Errorf("signed %q until %d", began.Sign, began.T)
	}

	played := get(t, http.MethodGet, s.playURL("8888_tom", ".flv"), nil)
	if played.status != http.StatusOK || played.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Fatalf("play: %d %v", played.status, played.header)
	}
	frames := readFLV(t, played.body, 13)
	if config, first := frames[1], frames[3]; !config.config || !first.key || first.dts != 0 {
		t.Errorf("a player got %+v first", frames)
	}

	encoder.Close()
	ended := g.wait(t, 2)[1]
	if ended.Type != events.Interrupted || ended.Sequence != began.Sequence || ended.ErrCode != 1 {
		t.Errorf("heard %+v at the end", ended)
	}
	if _, err := io.Copy(io.Discard, played.body); err != nil {
		t.Errorf("the player's answer ends with %v", err)
	}
	if status, _ := ask(t, http.MethodGet, s.playURL("8888_tom", ".flv"), ""); status != http.StatusNotFound {
		t.Errorf("a stream that has ended is played: %d", status)
	}
}

func TestAPushWithAWrongURLIsUnauthorized(t *testing.T) {
	g := newGateway(t)
	s := start(t, g, t.TempDir())
	base := "rtmp://" + s.rtmp
	for name, url := range map[string]string{
		"no signature":        base + "/live/8888_tom?bizid=8888",
		"of another stream":   base + "/live/8888_tom?" + signature(pushKey, "8888_tim", soon()),
		"of the play key":     base + "/live/8888_tom?" + signature(playKey, "8888_tom", soon()),
		"expired":             base + "/live/8888_tom?" + signature(pushKey, "8888_tom", time.Now().Add(-time.Minute).Unix()),
		"another application": base + "/other/8888_tom?" + signature(pushKey, "8888_tom", soon()),
		"no stream id":        base + "/live/8888%20TOM?" + signature(pushKey, "8888 TOM", soon()),
	} {
		_, err := mediatest.Push(t.Context(), url)
		if err == nil || !strings.Contains(err.Error(), "authentication failed") && !strings.Contains(err.Error(), "Unauthorized") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if status, _ := ask(t, http.MethodGet, "http://"+s.http+"/live/8888_tom.flv", ""); status != http.StatusForbidden {
		t.Errorf("without a signature a stream is played: %d", status)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.heard) > 0 {
		t.Errorf("heard %+v", g.heard)
	}
}

func TestASecondPusherTakesOverInTheOrderOfThePlatform(t *testing.T) {
	g := newGateway(t)
	s := start(t, g, t.TempDir())
	first := mediatest.Start(t, s.pushURL("8888_tom"))
	if err := first.Second(100); err != nil {
		t.Fatal(err)
	}
	a := g.wait(t, 1)[0].Sequence
	second := mediatest.Start(t, s.pushURL("8888_tom"))
	if err := second.Second(100); err != nil {
		t.Fatal(err)
	}
	if err := first.Ended(); err != nil {
		t.Errorf("the first pusher is not cut off: %v", err)
	}
	heard := g.wait(t, 3)
	b := heard[1].Sequence
	if a == b || heard[1].Type != events.Pushed || heard[2].Type != events.Interrupted || heard[2].Sequence != a {
		t.Errorf("heard %+v", heard)
	}
	second.Close()
	if last := g.wait(t, 4)[3]; last.Type != events.Interrupted || last.Sequence != b {
		t.Errorf("heard %+v last", last)
	}
}

func TestHLSHasSegmentsUnderTheStreamsName(t *testing.T) {
	g := newGateway(t)
	s := start(t, g, t.TempDir())
	encoder := mediatest.Start(t, s.pushURL("8888_tom"))
	for range 4 {
		if err := encoder.Second(500); err != nil {
			t.Fatal(err)
		}
	}
	g.wait(t, 1)
	status, index := ask(t, http.MethodGet, s.playURL("8888_tom", ".m3u8"), "")
	media := regexp.MustCompile(`(?m)^8888_tom/main_stream\.m3u8\?txSecret=.*$`).FindString(index)
	if status != http.StatusOK || media == "" {
		t.Fatalf("%d %s", status, index)
	}
	status, playlist := ask(t, http.MethodGet, "http://"+s.http+"/live/"+media, "")
	segment := regexp.MustCompile(`(?m)^[0-9a-f]+_main_seg0\.ts\?txSecret=.*$`).FindString(playlist)
	if status != http.StatusOK || segment == "" {
		t.Fatalf("%d %s", status, playlist)
	}
	status, data := ask(t, http.MethodGet, "http://"+s.http+"/live/8888_tom/"+segment, "")
	if status != http.StatusOK || len(data) < 25*500 || len(data)%188 != 0 || data[0] != 0x47 {
		t.Errorf("the segment: %d, %d bytes", status, len(data))
	}
	if status, _ := ask(t, http.MethodGet, "http://"+s.http+"/live/8888_tom/"+strings.Split(segment, "?")[0], ""); status != http.StatusForbidden {
		t.Errorf("without a signature a segment is read: %d", status)
	}
}

// lists waits until the one stream of the server is listed with these parts. The gateway is told that a stream began before the
// stream is listed, and its codecs are known later still.
func (s *server) lists(parts ...string) {
	s.t.Helper()
	for late := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) { //nolint:forbidigo // the server has real connections
		_, text := s.operate(http.MethodGet, "/streams", "")
		missing := slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(text, part) })
		if !missing && strings.Count(text, `"stream_id":"8888_tom"`) == 1 && strings.Count(text, `"stream_id"`) == 1 {
			return
		}
		if time.Now().After(late) {
			s.t.Fatalf("the list is %s, want %v in it", text, parts)
		}
	}
}

func TestOperatorsListDropAndForbidStreams(t *testing.T) {
	g, dir := newGateway(t), t.TempDir()
	s := start(t, g, dir)
	encoder := mediatest.Start(t, s.pushURL("8888_tom"))
	if err := encoder.Second(100); err != nil {
		t.Fatal(err)
	}
	sequence := g.wait(t, 1)[0].Sequence
	s.lists(`"sequence":"`+sequence+`"`, `"video":"h264"`, `"audio":"aac"`)
	if status, _ := ask(t, http.MethodGet, "http://"+s.control+"/streams", ""); status != http.StatusUnauthorized {
		t.Errorf("without the secret the list is %d", status)
	}
	if status, text := s.operate(http.MethodDelete, "/streams/8888_tom", ""); status != http.StatusOK || !strings.Contains(text, `"dropped":true`) {
		t.Errorf("drop: %d %s", status, text)
	}
	if err := encoder.Ended(); err != nil {
		t.Errorf("the pusher is not cut off: %v", err)
	}
	if ended := g.wait(t, 2)[1]; ended.Sequence != sequence || ended.ErrCode != 2 {
		t.Errorf("heard %+v", ended)
	}
	again := mediatest.Start(t, s.pushURL("8888_tom")) // a dropped stream may be pushed again
	if err := again.Second(100); err != nil {
		t.Fatal(err)
	}
	s.lists(`"sequence":"` + g.wait(t, 3)[2].Sequence + `"`)
	until := strconv.FormatInt(soon(), 10)
	if status, text := s.operate(http.MethodPut, "/forbidden/8888_tom", `{"until":`+until+`,"reason":"spam"}`); status != http.StatusOK {
		t.Errorf("forbid: %d %s", status, text)
	}
	if err := again.Ended(); err != nil {
		t.Errorf("the pusher of a forbidden stream is not cut off: %v", err)
	}
	s.end()
	s = start(t, g, dir) // forbidden over a restart
	if _, err := mediatest.Push(t.Context(), s.pushURL("8888_tom")); err == nil {
		t.Error("a forbidden stream is pushed")
	}
	if _, text := s.operate(http.MethodGet, "/streams/8888_tom", ""); !strings.Contains(text, `"state":"forbid"`) {
		t.Errorf("its state is %s", text)
	}
	s.operate(http.MethodDelete, "/forbidden/8888_tom", "")
	mediatest.Start(t, s.pushURL("8888_tom"))
	for _, body := range []string{`{"until":1}`, `{`, `{"until":99999999999}`} {
		if status, _ := s.operate(http.MethodPut, "/forbidden/8888_tom", body); status != http.StatusBadRequest {
			t.Errorf("forbid %s: %d", body, status)
		}
	}
}

func TestAStreamThatIsForbiddenBetweenTheURLAndTheFirstFrameDoesNotBegin(t *testing.T) {
	g := newGateway(t)
	s := start(t, g, t.TempDir())
	encoder, err := mediatest.Connect(t.Context(), s.pushURL("8888_tom"))
	if err != nil {
		t.Fatal(err)
	}
	defer encoder.Close()
	if status, text := s.operate(http.MethodPut, "/forbidden/8888_tom", fmt.Sprintf(`{"until": %d}`, soon())); status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	_ = encoder.Begin() // it may be cut off before it has said all
	if err := encoder.Ended(); err != nil {
		t.Errorf("the push goes on: %v", err)
	}
	if heard := g.wait(t, 0); len(heard) > 0 {
		t.Errorf("the gateway has heard %+v", heard)
	}
}
