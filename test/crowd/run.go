package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"xiaozhibo.dev/test/programs"
)

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if o.url != "" {
		return o.against(ctx, &programs.Server{URL: strings.TrimSuffix(o.url, "/") + "/interface.php"}, stdout)
	}
	folder, err := programs.Folder(o.dir, "crowd-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	b := programs.Builder{
		Bin: o.bin, Folder: folder, Cores: o.cores, Port: o.port,
		Settings: append([]string{"XZB_TRUSTED_PROXIES=127.0.0.1"}, o.settings...),
	}
	start := b.Alone
	if o.split {
		start = b.Split
	}
	server, err := start(ctx)
	if server != nil {
		defer func() { err = errors.Join(err, server.Stop()) }()
	}
	if err != nil {
		return err
	}
	return o.against(ctx, server, stdout)
}

// against plays the crowd, and prints what it cost before it tells what is wrong.
func (o *options) against(ctx context.Context, server *programs.Server, stdout io.Writer) (err error) {
	c, err := assemble(*o, server.URL)
	if err != nil {
		return err
	}
	defer c.engine.Close()
	used, err := during(server, func() error { return c.play(ctx) })
	if err != nil {
		return err
	}
	transport := &http.Transport{MaxIdleConnsPerHost: askers}
	defer transport.CloseIdleConnections()
	t := &truth{url: server.URL, http: &http.Client{Transport: transport, Timeout: time.Minute}}
	if err := t.check(ctx, c.world); err != nil {
		return err
	}
	mine := len(server.Processes) > 0
	if mine {
		err = t.checkList(ctx, "at the end", c.world)
	}
	if err := errors.Join(err, c.finish(ctx)); err != nil {
		return err
	}
	if mine {
		err = t.checkList(ctx, "afterwards", c.world)
	}
	return errors.Join(err, c.report(stdout, used, t), t.err())
}
