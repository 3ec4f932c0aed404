package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"xiaozhibo.dev/test/programs"
)

// few is how much there is of what does not grow.
const few = 1000

// resting is how long a server is watched that nobody asks for anything.
const resting = 5 * time.Second

// dimension is what grows.
type dimension struct {
	name string
	of   func(n int) filling
}

func dimensions() []dimension {
	return []dimension{
		{"rooms", func(n int) filling { return filling{rooms: n, members: few, recordings: few} }},
		{"members", func(n int) filling { return filling{rooms: few, members: n, recordings: few} }},
		{"recordings", func(n int) filling { return filling{rooms: few, members: few, recordings: n} }},
	}
}

// scenarios are those of a server that holds so much: every Action, and what a
// reply must show if it is the one that is meant.
func (f filling) scenarios() []scenario {
	spread := func(n int, body func(i int) string) []string { // over all there are
		return each(few, func(i int) string { return body(i * (n / few)) })
	}
	page := func(page int) []string {
		return []string{fmt.Sprintf(`{"Action":"FetchList","flag":3,"pageno":%d,"pagesize":%d}`, page, pageSize)}
	}
	member := func(page int) []string {
		return []string{fmt.Sprintf(`{"Action":"FetchGroupMemberList","liveuserid":"anchor0","groupid":"g1","pageno":%d,"pagesize":%d}`, page, pageSize)}
	}
	return []scenario{
		{name: "FetchList, first page", bodies: page(1), shows: `"pusherlist":[{`},
		{name: "FetchList, last page", bodies: page((f.rooms + f.recordings) / pageSize), shows: `"pusherlist":[{`},
		{name: "GetUserInfo of a room", bodies: spread(f.rooms, func(i int) string {
			return fmt.Sprintf(`{"Action":"GetUserInfo","userid":"anchor%d","type":0}`, i)
		}), shows: `"userid":"anchor0"`},
		{name: "GetUserInfo of a recording", bodies: spread(f.recordings, func(i int) string {
			return fmt.Sprintf(`{"Action":"GetUserInfo","userid":"anchor%d","type":1,"fileid":%q}`, i%recorders, fileID(i))
		}), shows: `"fileid":"file0"`},
		{name: "FetchGroupMemberList, first page", bodies: member(1), shows: `"memberlist":[{`},
		{name: "FetchGroupMemberList, last page", bodies: member(f.members / pageSize), shows: `"memberlist":[{`},
		{name: "ChangeCount", bodies: spread(f.rooms, like), shows: `"returnData":{}`},
		{name: "EnterGroup, QuitGroup", bodies: visits(0), shows: `"returnData":{}`},
		{name: "RequestLVBAddr", bodies: each(openers*openings, func(i int) string { return open("opener", i%openers, i/openers) }), shows: `"pushurl":"rtmp://`},
		{name: "ChangeStatus", bodies: spread(f.rooms, func(i int) string {
			return fmt.Sprintf(`{"Action":"ChangeStatus","userid":"anchor%d","status":0}`, i)
		}), shows: `"returnData":{}`},
		{name: "GetCOSSign", bodies: []string{`{"Action":"GetCOSSign"}`}, shows: `"sign":"`},
	}
}

// grown is what was measured at one size.
type grown struct {
	names  []string
	prices []float64 // µs of processor for a request
	memory programs.Memory
	stored int64         // bytes of the files
	start  time.Duration // until the server is ready
	rest   float64       // share of a core when nobody asks for anything
}

// grow measures each dimension at each size, and prints a table of each.
func grow(ctx context.Context, o options, folder string, out io.Writer) error {
	g, err := newGenerator(folder, o)
	if err != nil {
		return err
	}
	for _, d := range dimensions() {
		if !o.growing.MatchString(d.name) {
			continue
		}
		var all []grown
		for _, n := range o.sizes {
			at, err := growTo(ctx, o, g, filepath.Join(folder, fmt.Sprintf("%s%d", d.name, n)), d.of(n))
			if err != nil {
				return fmt.Errorf("%d %s: %w", n, d.name, err)
			}
			all = append(all, at)
		}
		if err := growthTable(out, d.name, o.sizes, all); err != nil {
			return err
		}
	}
	return nil
}

// growTo fills a folder, and measures the server that is started on it.
func growTo(ctx context.Context, o options, g generator, dir string, f filling) (got grown, err error) {
	data := filepath.Join(dir, "bbolt")
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := f.fill(ctx, data); err != nil {
		return got, err
	}
	b := programs.Builder{
		Bin: o.bin, Folder: dir, Cores: o.serverCores, Port: o.port, Limit: 10 * time.Minute,
		Settings: []string{"XZB_MAX_MEMBERS=0"},
	}
	began := time.Now()
	server, err := b.Alone(ctx)
	defer func() { client.CloseIdleConnections(); err = errors.Join(err, server.Stop()) }()
	if err != nil {
		return got, err
	}
	got.start = time.Since(began)
	memory, err := server.Memory()
	if err != nil {
		return got, err
	}
	got.memory = memory[0]
	if got.stored, err = sizeOf(data); err != nil {
		return got, err
	}
	if got.rest, err = atRest(ctx, server); err != nil {
		return got, err
	}
	err = got.measure(ctx, o, g, server, f)
	return got, err
}

// atRest is the share of a core that a server takes by itself. What follows a start is
// not counted.
func atRest(ctx context.Context, server *programs.Server) (float64, error) {
	var spent [2]time.Duration
	for i := range spent {
		select {
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		case <-time.After(resting):
		}
		now, err := server.Spent()
		if err != nil {
			return 0, err
		}
		spent[i] = now[0]
	}
	return (spent[1] - spent[0]).Seconds() / resting.Seconds(), nil
}

func (at *grown) measure(ctx context.Context, o options, g generator, server *programs.Server, f filling) error {
	for _, s := range f.scenarios() {
		reply, err := act(ctx, server.URL, s.bodies[0])
		if err == nil && !bytes.Contains(reply, []byte(s.shows)) {
			err = fmt.Errorf("%s is not in the reply: %.300s", s.shows, reply)
		}
		client.CloseIdleConnections()
		if err = errors.Join(err, g.prepare(s.bodies)); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if _, err := patiently(ctx, g, server, warmUp); err != nil {
			return fmt.Errorf("%s: warm-up: %w", s.name, err)
		}
		sums := make([]float64, o.rounds)
		for i := range sums {
			p, err := patiently(ctx, g, server, o.length)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			sums[i] = p.sum()
		}
		at.names, at.prices = append(at.names, s.name), append(at.prices, median(sums))
	}
	return nil
}

// patiently measures, and again for twice as long if that fails, three times at most:
// on a busy machine a short measurement may end before its first reply.
func patiently(ctx context.Context, g generator, server *programs.Server, length time.Duration) (p price, err error) {
	for range 3 {
		if p, err = measure(ctx, g, server, length); err == nil || ctx.Err() != nil {
			return p, err
		}
		length *= 2
	}
	return p, err
}

// sizeOf is how many bytes the files of a folder have.
func sizeOf(dir string) (sum int64, err error) {
	files, err := os.ReadDir(dir)
	for _, file := range files {
		info, err := file.Info()
		if err != nil {
			return 0, fmt.Errorf("size of the data: %w", err)
		}
		sum += info.Size()
	}
	return sum, err
}
