package jwks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// fetchTimeout bounds one answer of the server that publishes the keys.
const fetchTimeout = 5 * time.Second

// IsURL tells a URL from the path of a file.
func IsURL(source string) bool {
	return strings.HasPrefix(source, "https://") || strings.HasPrefix(source, "http://")
}

// CheckURL returns an error for what cannot be fetched.
func CheckURL(source string) error {
	if u, err := url.Parse(source); err != nil || u.Host == "" {
		return errors.New("is no URL such as https://id.example.com/jwks.json")
	}
	return nil
}

// PublicName is a source as a log may show it: without user, password and query.
func PublicName(source string) string {
	u, err := url.Parse(source)
	if !IsURL(source) || err != nil {
		return source
	}
	return u.Scheme + "://" + u.Host + u.Path
}

// Reader returns what reads a source anew every time: a file, or a URL.
func Reader(source string) func(context.Context) ([]byte, error) {
	if !IsURL(source) {
		return func(context.Context) ([]byte, error) { return readFile(source) }
	}
	client := &http.Client{Timeout: fetchTimeout, CheckRedirect: staySecure}
	return func(ctx context.Context) ([]byte, error) { return fetch(ctx, client, source) }
}

// readFile reads a set of keys from a file.
func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return readAll(file)
}

// fetch reads a set of keys from a URL.
func fetch(ctx context.Context, client *http.Client, source string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, source, http.NoBody)
	if err != nil {
		return nil, errors.New("is no URL")
	}
	request.Header.Set("Accept", "application/jwk-set+json, application/json")
	response, err := client.Do(request)
	if failed := (*url.Error)(nil); errors.As(err, &failed) {
		err = failed.Err // less the URL, which may have a password
	}
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch: the answer is %d", response.StatusCode)
	}
	return readAll(response.Body)
}

// readAll reads no more than a set may have.
func readAll(from io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(from, MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	if len(data) > MaxSize {
		return nil, fmt.Errorf("is longer than %d bytes", MaxSize)
	}
	return data, nil
}

// staySecure follows no redirect to where anybody on the way could change keys.
func staySecure(next *http.Request, before []*http.Request) error {
	if len(before) >= 5 {
		return errors.New("too many redirects")
	}
	if before[0].URL.Scheme == "https" && next.URL.Scheme != "https" {
		return errors.New("redirected from https to " + next.URL.Scheme)
	}
	return nil
}
