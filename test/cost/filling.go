package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/folder"
	"xiaozhibo.dev/libs/telemetry"
	"xiaozhibo.dev/services/room"
	roomstore "xiaozhibo.dev/services/room/boltstore"
	roomsetup "xiaozhibo.dev/services/room/setup"
	"xiaozhibo.dev/services/stream"
	streamstore "xiaozhibo.dev/services/stream/boltstore"
	streamsetup "xiaozhibo.dev/services/stream/setup"
)

// filling is what a data folder holds before a server is started on it: listed
// rooms, members of the first of them, and recordings of the first thousand.
type filling struct{ rooms, members, recordings int }

// How much is written at once: callers that share a commit, and entries of a call.
const (
	writers = 4096
	batch   = 10_000
)

// recorders is over how many anchors recordings are spread.
const recorders = 1000

// garbage is GOGC while a folder is filled: the collector looks at the stacks of all writers each time.
const garbage = 400

// fill writes through the services' own code, in large batches, into an empty folder.
func (f filling) fill(ctx context.Context, dir string) (err error) {
	defer debug.SetGCPercent(debug.SetGCPercent(garbage))
	session, err := f.fillStreams(ctx, dir)
	if err != nil {
		return fmt.Errorf("fill the streams: %w", err)
	}
	if err := f.fillMembers(ctx, dir, action.SessionOf(session)); err != nil {
		return fmt.Errorf("fill the room: %w", err)
	}
	return nil
}

func (f filling) fillStreams(ctx context.Context, dir string) (first *streams.Session, err error) {
	var config stream.Config
	defaults(&config)
	path := filepath.Join(dir, "stream.db")
	if err := prepare(path, streamsetup.Stored()); err != nil {
		return nil, err
	}
	discard := telemetry.Discard()
	store, err := streamstore.Open(path, config, time.Now, discard.Meter, discard.Log)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	defer closing(store, &err)
	service := stream.New(config, store)
	if err := together(ctx, f.rooms, func(ctx context.Context, i int) error { return openRoom(ctx, service, i) }); err != nil {
		return nil, err
	}
	now := time.Now().Unix()
	if err := together(ctx, f.recordings, func(ctx context.Context, i int) error { return record(ctx, service, f.inOrder(i), now) }); err != nil {
		return nil, err
	}
	// A server would have swept all the time. What it finds of a million, it sweeps for minutes.
	if err := service.Sweep(ctx); err != nil {
		return nil, err
	}
	got := service.Sessions(ctx, []string{"anchor0"})[0]
	return got.Value, got.Err
}

func openRoom(ctx context.Context, service *stream.Service, i int) error {
	user := fmt.Sprintf("anchor%d", i)
	picture := "http://pictures.example.com/xxxxxxxxxxxxxxxxxxxx/" + user + ".jpg"
	_, err := service.Open(ctx, streams.Opening{
		User: user, StreamID: streamID(i), Group: "g1", Title: "What " + user + " shows today",
		Profile: streams.Profile{Nickname: "Nick of " + user, HeadPic: picture, FrontCover: picture, Location: "Shenzhen"},
	})
	if err != nil {
		return err
	}
	return service.SetStatus(ctx, streams.Status{User: user, Online: true})
}

func streamID(i int) string { return fmt.Sprintf("8888_anchor%d", i) }

func fileID(i int) string { return fmt.Sprintf("file%d", i) }

// inOrder returns the number of the recording that is written as the i-th: those of an anchor follow each other, the
// oldest first, so that a commit writes few pages of the file. Written in the order of their numbers, each has pages of
// its own, and a million take an hour.
func (f filling) inOrder(i int) int {
	each, longer := f.recordings/recorders, f.recordings%recorders // the first anchors have one more than each
	anchor := 0
	if first := longer * (each + 1); i < first {
		each++
	} else {
		i, anchor = i-first, longer
	}
	return anchor + i/each + (each-1-i%each)*recorders
}

// record adds a recording of two minutes; those of an anchor stand five minutes apart.
func record(ctx context.Context, service *stream.Service, i int, now int64) error {
	end := now - int64(i/recorders)*300 - int64(i%recorders)%300
	got, err := service.AddFile(ctx, streams.File{
		StreamID: streamID(i % recorders), FileID: fileID(i), URL: "http://vod.example.com/" + fileID(i) + ".mp4",
		Format: streams.MP4, Start: end - 120, End: end, Duration: 120,
	})
	if err == nil && got != streams.Applied {
		err = fmt.Errorf("recording %d is %s", i, got)
	}
	return err
}

func (f filling) fillMembers(ctx context.Context, dir string, key members.Key) (err error) {
	var config room.Config
	defaults(&config)
	config.MaxMembers = 0
	path := filepath.Join(dir, "room.db")
	if err := prepare(path, roomsetup.Stored()); err != nil {
		return err
	}
	discard := telemetry.Discard()
	store, err := roomstore.Open(path, config, time.Now, discard.Meter, discard.Log)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer closing(store, &err)
	for done := 0; done < f.members; done += batch {
		var entries []members.Entry
		for i := done; i < min(done+batch, f.members); i++ {
			user := fmt.Sprintf("viewer%d", i)
			entries = append(entries, members.Entry{
				Room: key, User: user, Nickname: "Nick of " + user, HeadPic: "http://pictures.example.com/heads/" + user + ".png",
			})
		}
		if _, err := combine.All(store.Enter(ctx, entries)); err != nil {
			return err
		}
	}
	return nil
}

// defaults gives a configuration its defaults.
func defaults(config interface{ RegisterFlags(*flag.FlagSet) }) {
	config.RegisterFlags(flag.NewFlagSet("", flag.ContinueOnError))
}

func prepare(path string, service folder.Service) error {
	return folder.Prepare(path, service.Migrations, telemetry.Discard().Log)
}

func closing(c io.Closer, err *error) { *err = errors.Join(*err, c.Close()) }

// together calls f for 0 up to n, many at a time.
func together(ctx context.Context, n int, f func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(writers)
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error { return f(ctx, i) })
	}
	return group.Wait()
}
