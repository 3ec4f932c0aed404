package main

import (
	"context"
	"path/filepath"

	"xiaozhibo.dev/test/programs"
)

// builder starts the sides of the comparison.
type builder struct {
	options
	programs    programs.Builder
	folder      string // for data and files
	proof       *prover
	bareAddress string // one after the other, each ended before the next
}

// bare starts the handler that sends the bytes of a file.
func (b *builder) bare(ctx context.Context, reply, request string) (*programs.Server, error) {
	if b.bareAddress == "" {
		b.bareAddress = b.programs.Address()
	}
	s := &programs.Server{URL: b.programs.Actions(b.bareAddress)}
	return s, b.programs.Launch(ctx, s, "bare", nil, func(ctx context.Context) error {
		_, err := act(ctx, s.URL, request)
		return err
	}, filepath.Join(b.bin, "bare"), "-listen", b.bareAddress, "-reply", reply, "-cert", b.programs.Certificate)
}

// counted is what a server has answered until now, and how much of it with a failure.
func counted(ctx context.Context, s *programs.Server) (all, failed int, err error) {
	if s.Ops == "" {
		return 0, 0, nil // the bare handler can do nothing else
	}
	metrics, err := ask(ctx, s.Ops+"/metrics", "")
	if err != nil {
		return 0, 0, err
	}
	return answered(string(metrics))
}
