package rpc

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"xiaozhibo.dev/libs/rpc/credentials"
)

var (
	errHandshake = errors.New("TLS handshake")
	errStranger  = errors.New("the service does not accept our rpc_secret")
)

// secured shakes hands with what is dialed, if there is an authority to verify
// it by: one copy that has no good certificate is passed over like one that is
// gone.
func (n network) secured(ours *credentials.Credentials, service string) network {
	plain := n.dial
	n.dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := plain(ctx, network, address)
		settings := ours.ClientTLS(service)
		if err != nil || settings == nil {
			return conn, err
		}
		limited, cancel := context.WithTimeout(ctx, dialTimeout)
		defer cancel()
		secured := tls.Client(conn, settings)
		if err := secured.HandshakeContext(limited); err != nil {
			_ = conn.Close() // what was wrong before tells more
			return nil, fmt.Errorf("%w with %s: %w", errHandshake, address, err)
		}
		return secured, nil
	}
	return n
}

// tellStranger makes plain that the two ends have not been given the same
// credentials; without it a service would only seem to be away.
func (u *upstream) tellStranger(ctx context.Context, address string, err error) {
	var message string
	switch {
	case errors.Is(err, errStranger):
		message = "a service does not know us: rpc_secret of this process must begin with a line of the service's"
	case errors.Is(err, errHandshake), refusedByAlert(err):
		message = "no TLS with a service: compare rpc_tls_cert_file, rpc_tls_key_file and rpc_tls_ca_file here and there"
	default:
		return
	}
	u.strangers.Log(ctx, slog.LevelError, message, "upstream", u.name, "address", address, "err", err)
}

// refusedByAlert reports whether the other end has ended TLS. It verifies our
// certificate only after our end has shaken hands.
func refusedByAlert(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "remote error"
}
