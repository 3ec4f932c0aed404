package store

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

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
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}
	reply, err := client.Do(request) //nolint:bodyclose // takeReply does
	if err != nil {
		return fmt.Errorf("ask for a backup: %w", err)
	}
	return takeReply(reply, b.from, w, b.call.Stderr)
}
