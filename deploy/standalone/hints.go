package main

import (
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
