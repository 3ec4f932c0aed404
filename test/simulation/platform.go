package simulation

import (
	"crypto/md5" // the live platform's choice
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"xiaozhibo.dev/test/simulation/model"
)

// The platform sends an event again when it was not accepted.
const (
	eventAttempts = 12
	eventInterval = time.Minute
	signedFor     = 10 * time.Minute
)

// push is somebody pushing a stream to the live platform.
type push struct {
	world    *world
	user     string
	streamID string
	sequence string
	began    time.Time
}

// push begins one, and the platform tells of it.
func (w *world) push(random *rand.Rand, user, streamID string) *push {
	w.pushes++
	p := &push{world: w, user: user, streamID: streamID, sequence: fmt.Sprint("s", w.pushes), began: w.platformNow()}
	p.tells(random, true)
	return p
}

func (p *push) tells(random *rand.Rand, began bool) {
	w, now := p.world, p.world.platformNow().Unix()
	what := model.Push{StreamID: p.streamID, Sequence: p.sequence, Began: began, At: now}
	kind := 0
	if began {
		kind = 1
	}
	w.announce(random, model.Request{Action: model.Event, Event: what, FileID: p.streamID}, map[string]any{
		"event_type": kind, "stream_id": p.streamID, "sequence": p.sequence, "event_time": now,
	})
}

// ends ends a push. The platform tells of that and of the files it recorded, in
// one or two slices.
func (p *push) ends(random *rand.Rand) {
	p.tells(random, false)
	start, end := p.began.Unix(), p.world.platformNow().Unix()
	if random.IntN(3) == 0 {
		return // not recorded
	}
	if middle := (start + end) / 2; end-start > 40 && random.IntN(3) == 0 {
		p.recorded(random, start, middle, 1)
		start = middle + 3
	}
	p.recorded(random, start, end, 2)
}

func (p *push) recorded(random *rand.Rand, start, end int64, slice int) {
	formats := []string{"flv", "hls", "mp4"}
	random.Shuffle(len(formats), func(i, j int) { formats[i], formats[j] = formats[j], formats[i] })
	for i, format := range formats[:1+random.IntN(3)] {
		file := model.File{
			StreamID: p.streamID, FileID: fmt.Sprintf("f%s-%d%s", p.sequence, slice, format), Format: format,
			URL: fmt.Sprintf("http://v/%s-%d.%s", p.sequence, slice, format), Start: start, End: end + int64(i),
		}
		p.world.invite(invitation{anchor: p.user, file: file.FileID})
		p.world.announce(random, model.Request{Action: model.Event, Event: file, FileID: file.FileID}, map[string]any{
			"event_type": "100", "stream_id": file.StreamID, "file_id": file.FileID, "video_url": file.URL, "file_format": format,
			"start_time": file.Start, "end_time": strconv.FormatInt(file.End, 10), "duration": file.End - file.Start,
		})
	}
}

// announce delivers an event, late, now and then twice, and so out of order.
func (w *world) announce(random *rand.Rand, r model.Request, fields map[string]any) {
	copies := 1
	if random.IntN(6) == 0 {
		copies = 2
	}
	for range copies {
		delay := time.Duration(random.IntN(1500)) * time.Millisecond
		if random.IntN(3) == 0 {
			delay = time.Duration(random.IntN(40_000)) * time.Millisecond
		}
		w.unheard++
		w.after(delay, func() { w.tries(r, fields, 1) })
	}
}

// tries sends an event until it is accepted, or often enough.
func (w *world) tries(r model.Request, fields map[string]any, attempt int) {
	if w.over {
		w.unheard--
		return
	}
	w.left--
	m := r
	w.model.Begin(&m)
	w.tell(&m, "%s, attempt %d", &m, attempt)
	t := w.platformNow().Add(signedFor).Unix()
	sum := md5.Sum([]byte(callbackKey + strconv.FormatInt(t, 10)))
	fields["t"], fields["sign"] = t, hex.EncodeToString(sum[:])
	body, err := json.Marshal(fields)
	w.must(err)
	over := false
	again := func() {
		over = true
		w.model.GiveUp(&m)
		if attempt == eventAttempts {
			w.unheard--
			return
		}
		w.after(eventInterval, func() { w.tries(r, fields, attempt+1) })
	}
	w.after(clientTimeout, func() {
		if !over {
			again()
		}
	})
	w.post(eventPath, body, func(came received) {
		if over {
			return
		}
		if came.status == 0 {
			w.tell(&m, "%s: the connection broke", &m)
		} else {
			w.tell(&m, "%s: %d", &m, came.status)
		}
		if came.status != http.StatusOK {
			again()
			return
		}
		over = true
		w.unheard--
		w.model.End(&m, model.Reply{})
	})
}
