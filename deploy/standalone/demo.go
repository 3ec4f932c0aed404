package main

import (
	"crypto/rand"
	"fmt"
	"io"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/program"
)

// demoCommand runs the program as a platform that can be looked at: with a media server, recordings and a console,
// whose keys nobody else knows. They are others after each start.
func demoCommand(c *Config) program.Command {
	return program.Command{
		Name: "demo",
		Does: "Runs with other defaults: a media server that records, a console, and keys made at the start. Prints a link to the console.",
		Defaults: func() map[string]string {
			c.demoSecret = rand.Text()
			return demo(c.demoSecret)
		},
	}
}

// demo are the defaults. Ports are those of the image, and addresses those of a container whose ports are published on
// this machine.
func demo(adminSecret string) map[string]string {
	control, secret := "127.0.0.1:8089", rand.Text()
	return map[string]string{
		"hints":        "true",
		"listen-admin": ":9091", "admin-secret": adminSecret,
		"bizid": "8888", "push-domain": "127.0.0.1:1935", "play-domain": "127.0.0.1:8088",
		"push-key": rand.Text(), "play-key": rand.Text(), "callback-key": rand.Text(),
		"media-listen-rtmp": ":1935", "media-listen-http": ":8088", "media-record": "true",
		"media-listen-control": control, "media-secret": secret,
		"platform": "media", "platform-url": "http://" + control, "platform-secret-key": secret,
	}
}

// hintConsole prints a link to the console, if its secret is the one that was made for the demo: an operator's own
// is never shown.
func hintConsole(w io.Writer, cfg *Config) error {
	secret, is := cfg.flags.Lookup("admin-secret").Value.(*config.Secret)
	address := cfg.flags.Lookup("listen-admin").Value.String()
	if !is || cfg.demoSecret == "" || secret.Value != cfg.demoSecret || address == "off" {
		return nil
	}
	_, err := fmt.Fprintf(w, "The console, until the next start:\n\n  http://%s/#secret=%s\n\n", reachable(config.Address(address)), cfg.demoSecret)
	return err
}
