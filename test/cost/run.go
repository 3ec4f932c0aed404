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

// warmUp is what a side is under load for before it is measured.
const warmUp = time.Second

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	folder, err := programs.Folder(o.dir, "cost-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if o.growing != nil {
		return grow(ctx, o, folder, stdout)
	}
	b := &builder{options: o, folder: folder, programs: programs.Builder{Bin: o.bin, Folder: folder, Cores: o.serverCores, Port: o.port}}
	if o.https {
		b.programs.Certificate = filepath.Join(folder, "certificate.pem")
		if err := writeCertificate(b.programs.Certificate); err != nil {
			return err
		}
	}
	if b.proof, b.programs.Settings, err = newProver(o.auth, o.algorithm, folder); err != nil {
		return err
	}
	build := b.programs.Alone
	if o.split {
		build = b.programs.Split
	}
	server, err := build(ctx)
	if server != nil {
		defer func() { client.CloseIdleConnections(); err = errors.Join(err, server.Stop()) }()
	}
	if err != nil {
		return err
	}
	return compare(ctx, b, server, stdout)
}

// compare measures the scenarios that are asked for, and prints each when it is done.
func compare(ctx context.Context, b *builder, ours *programs.Server, out io.Writer) error {
	g, err := newGenerator(b.folder, b.options)
	if err != nil {
		return err
	}
	steps := setUp()
	for i := range steps {
		if steps[i], err = b.proof.prove(steps[i]); err != nil {
			return err
		}
	}
	if err := fill(ctx, ours.URL, steps); err != nil {
		return fmt.Errorf("fill the server: %w", err)
	}
	client.CloseIdleConnections() // nothing of ours is open while wrk is counted
	report := newReport(out, ours)
	report.heading(b.options)
	for _, s := range scenarios() {
		if !b.match.MatchString(s.name) {
			continue
		}
		if s.bodies, err = b.proof.prove(s.bodies); err != nil {
			return err
		}
		measured, err := b.compareOne(ctx, g, ours, s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		report.row(measured)
	}
	return report.err
}

// compareOne takes the server's reply as the bytes that the bare handler sends.
func (b *builder) compareOne(ctx context.Context, g generator, ours *programs.Server, s scenario) (r row, err error) {
	reply, err := act(ctx, ours.URL, s.bodies[0])
	if err != nil {
		return r, err
	}
	if !bytes.Contains(reply, []byte(s.shows)) {
		return r, fmt.Errorf("%s is not in the reply: %.300s", s.shows, reply)
	}
	client.CloseIdleConnections()
	path := filepath.Join(b.folder, "reply")
	if err := errors.Join(os.WriteFile(path, reply, 0o600), g.prepare(s.bodies)); err != nil {
		return r, fmt.Errorf("write the reply: %w", err)
	}
	bare, err := b.bare(ctx, path, s.bodies[0])
	if bare != nil {
		defer func() { client.CloseIdleConnections(); err = errors.Join(err, bare.Stop()) }()
	}
	if err != nil {
		return r, err
	}
	on := func(s *programs.Server, length time.Duration) func() (price, error) {
		return func() (price, error) { return measure(ctx, g, s, length) }
	}
	if _, err := alternate(1, on(ours, warmUp), on(bare, warmUp)); err != nil {
		return r, fmt.Errorf("warm-up: %w", err)
	}
	r, err = alternate(b.rounds, on(ours, b.length), on(bare, b.length))
	r.name = s.name
	return r, err
}
