package main

import (
	"cmp"
	"fmt"
	"io"
	"net"

	"xiaozhibo.dev/libs/config"
)

// hint tells a newcomer where the server is and what to try.
func hint(w io.Writer, cfg *Config) error {
	url := "https://" + reachable(cfg.Gateway.ListenHTTPS)
	if cfg.Gateway.ListenHTTP != "" {
		url = "http://" + reachable(cfg.Gateway.ListenHTTP)
	}
	_, err := fmt.Fprintf(w, `
xiaozhibo answers on %[1]s/interface.php and keeps its data in %[2]s. Try:

  curl %[1]s/interface.php -d '{"Action":"RequestLVBAddr","userid":"tom","groupid":"g1","title":"hello"}'
  curl %[1]s/interface.php -d '{"Action":"GetUserInfo","userid":"tom","type":0}'

`, url, cfg.Store.DataDir)
	if err == nil && cfg.Media.On() {
		err = hintMedia(w, url, cfg)
	}
	if err == nil {
		err = hintConsole(w, cfg)
	}
	return err
}

// hintMedia tells how to see a stream.
func hintMedia(w io.Writer, url string, cfg *Config) error {
	_, err := fmt.Fprintf(w, `Streams are pushed to rtmp://%[2]s/live/ and played from http://%[3]s/live/. Push a test pattern for ten minutes,
or with OBS: the server is rtmp://%[2]s/live, the stream key what follows /live/ in the pushurl:

  push=$(curl -s %[1]s/interface.php -d '{"Action":"RequestLVBAddr","userid":"tom","groupid":"g1","title":"hello"}' | sed 's/.*"pushurl":"//; s/".*//')
  ffmpeg -v error -re -f lavfi -i testsrc2=s=640x360:r=25 -f lavfi -i sine=r=44100 -t 600 -c:v libx264 -preset veryfast -pix_fmt yuv420p -g 50 -c:a aac -f flv "$push"

The room, with its playurl and hls_play_url; once it has ended, flag 2 has the recording of a minute or more:

  curl %[1]s/interface.php -d '{"Action":"FetchList","flag":1,"pageno":1,"pagesize":10}'

`, url, cmp.Or(cfg.Signing.PushDomain, reachable(cfg.Media.ListenRTMP)), cmp.Or(cfg.Signing.PlayDomain, reachable(cfg.Media.ListenHTTP)))
	return err
}

// reachable is a listener's address as a client on this machine writes it.
func reachable(address config.Address) string {
	host, port, err := net.SplitHostPort(string(address))
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("localhost", port)
	}
	return string(address)
}
