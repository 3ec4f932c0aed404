package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"
)

// success is how every reply begins that is counted.
const success = `{"returnValue":0,`

var client = &http.Client{Transport: &http.Transport{
	MaxIdleConnsPerHost: fillers,
	DisableCompression:  true,
	TLSClientConfig:     &tls.Config{InsecureSkipVerify: true}, // the certificate is our own
}}

// fillers is how many requests fill the server at once.
const fillers = 64

// ask returns the body of an answer with status 200; a body is posted.
func ask(ctx context.Context, url, body string) (answer []byte, err error) {
	method := http.MethodGet
	if body != "" {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", url, err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err = io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask %s: status %d: %w", url, resp.StatusCode, err)
	}
	return answer, nil
}

// act carries out an Action, which must succeed.
func act(ctx context.Context, url, body string) ([]byte, error) {
	answer, err := ask(ctx, url, body)
	if err == nil && !bytes.HasPrefix(answer, []byte(success)) {
		err = fmt.Errorf("%s is answered with %.300s", body, answer)
	}
	return answer, err
}

// fill carries out steps one after the other, the Actions of each side by side.
func fill(ctx context.Context, url string, steps [][]string) error {
	for _, step := range steps {
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(fillers)
		for _, body := range step {
			group.Go(func() error {
				_, err := act(ctx, url, body)
				return err
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
	return nil
}

// answered counts the Actions in the metrics of a gateway: all of them, and those
// that failed.
func answered(metrics string) (all, failed int, err error) {
	for line := range strings.Lines(metrics) {
		labels, found := strings.CutPrefix(line, "http_server_request_duration_seconds_count{")
		if !found || !strings.Contains(labels, "xzb_return_value=") {
			continue
		}
		_, value, _ := strings.Cut(labels, "} ")
		n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil {
			return 0, 0, fmt.Errorf("metrics: %q: %w", line, err)
		}
		all += int(n)
		if !strings.Contains(labels, `xzb_return_value="0"`) {
			failed += int(n)
		}
	}
	return all, failed, nil
}
