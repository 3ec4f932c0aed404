package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"time"

	"xiaozhibo.dev/libs/config"
)

// fetch lets a server write the archive, over the network.
func (b *backingUp) fetch(ctx context.Context, w io.Writer) error {
	secret, err := b.call.AdminSecret.Read()
	if err != nil {
		return err
	}
	secret, _, _ = strings.Cut(secret, "\n") // of two the first is shown
	if secret == "" {
		return config.Errorf("admin-secret: must be set, to what %s asks for", b.from)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(b.from, "/")+"/backup", http.NoBody)
	if err != nil {
		return config.Errorf("from: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(secret))
	reply, err := b.ask(ctx, request) //nolint:bodyclose // takeReply does
	if err != nil {
		return fmt.Errorf("ask for a backup: %w", err)
	}
	return takeReply(reply, b.from, w, b.call.Stderr)
}

// ask asks again for a time while connections are refused.
func (b *backingUp) ask(ctx context.Context, request *http.Request) (*http.Response, error) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}
	limited, cancel := context.WithTimeout(ctx, connectTimeout) // of the connection, not of the reply
	defer cancel()
	for told := false; ; told = true {
		reply, err := client.Do(request)
		if !errors.Is(err, syscall.ECONNREFUSED) {
			return reply, err
		}
		if !told {
			b.call.Log.Warn("connections are refused, asking again", "from", b.from, "for", connectTimeout.String())
		}
		select {
		case <-limited.Done():
			return nil, err
		case <-time.After(time.Second):
		}
	}
}
