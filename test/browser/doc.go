// Package browser opens the console in a real browser, with a server as `make run` starts
// it behind it. Its tests need Chromium, ffmpeg and the programs of `make build`, so they are behind the
// build tag browser: `make browser` runs them.
package browser
