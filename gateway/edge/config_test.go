package edge_test

import (
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/gateway/edge"
)

func TestBadConfigurationsNameTheirKeys(t *testing.T) {
	good := edge.Config{ListenHTTP: ":0", ActionTimeout: 1, IdleTimeout: 2 * time.Hour}
	if err := good.Check(); err != nil {
		t.Errorf("a good configuration: %v", err)
	}
	for key, spoil := range map[string]func(*edge.Config){
		"listen_http":                 func(c *edge.Config) { c.ListenHTTP = "" },
		"listen_https":                func(c *edge.Config) { c.ListenHTTPS = ":0" },
		"tls_cert_file":               func(c *edge.Config) { c.ListenHTTPS, c.TLSCertFile, c.TLSKeyFile = ":0", "absent", "absent" },
		"action_timeout":              func(c *edge.Config) { c.ActionTimeout = 0 },
		"idle_timeout":                func(c *edge.Config) { c.IdleTimeout = -1 },
		"max_connections":             func(c *edge.Config) { c.MaxConnections = -1 },
		"max_connections_per_address": func(c *edge.Config) { c.MaxConnectionsPerAddress = -1 },
		"max_new_anchors_per_address": func(c *edge.Config) { c.MaxNewAnchorsPerAddress = -1 },
		"rate_limit":                  func(c *edge.Config) { c.RateLimit = -1 },
		"cors_origins":                func(c *edge.Config) { c.CORSOrigins = []string{"*"} },
		"trusted_proxies":             func(c *edge.Config) { c.TrustedProxies = []string{"proxy"} },
	} {
		config := good
		spoil(&config)
		if err := config.Check(); err == nil || !strings.Contains(err.Error(), key+":") {
			t.Errorf("a bad %s: %v", key, err)
		}
	}
}
