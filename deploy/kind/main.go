// Kind starts a cluster on this machine with the chart installed, and takes it
// away: `make kind-up` and `make kind-down`. For `make tilt-up` it prepares a
// namespace, which Tilt fills.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"xiaozhibo.dev/deploy/kind/cluster"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/lifecycle"
)

const name = "xiaozhibo"

func main() { lifecycle.Main(run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	switch {
	case len(args) > 0 && args[0] == "up":
		return up(ctx, args[1:], stdout, stderr)
	case len(args) == 2 && args[0] == "prepare":
		c, err := cluster.Up(ctx, name, stderr)
		if err != nil {
			return err
		}
		_, _, err = prepare(ctx, c, args[1])
		return err
	case len(args) == 1 && args[0] == "down":
		return cluster.Down(name)
	}
	return config.Errorf("usage: kind up [argument of helm]... | kind prepare NAMESPACE | kind down")
}

// up is safe to repeat: what is there already is brought up to date.
func up(ctx context.Context, helm []string, stdout, stderr io.Writer) error {
	began := time.Now()
	c, err := cluster.UpWithImages(ctx, name, stderr)
	if err != nil {
		return err
	}
	certificate, authority, err := prepare(ctx, c, name)
	if err != nil {
		return err
	}
	if err := c.Install(ctx, name, name, helm...); err != nil {
		return err
	}
	url, err := c.URL(ctx, cluster.NodePorts[0])
	if err != nil {
		return err
	}
	if err := answers(ctx, url, certificate); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, `
The cluster is up: two nodes, namespace %[1]s. The first Action was answered after %.0[5]f s.

  curl --cacert %[2]s %[3]s/interface.php -d '{"Action":"FetchList","flag":3,"pageno":1,"pagesize":20}'
  KUBECONFIG=%[4]s bin/helm test %[1]s --namespace %[1]s
  make kind-down
`, name, authority, url, c.Kubeconfig(), time.Since(began).Seconds())
	return err
}

// prepare makes a namespace ready for the chart. Its certificate is new; authority is the file to trust it by.
func prepare(ctx context.Context, c *cluster.Cluster, namespace string) (certificate cluster.Certificate, authority string, err error) {
	if certificate, err = cluster.NewCertificate(); err != nil {
		return certificate, "", err
	}
	if err := c.Prepare(ctx, namespace, certificate, cluster.DemoKeys()); err != nil {
		return certificate, "", err
	}
	authority = filepath.Join(filepath.Dir(c.Kubeconfig()), namespace+".crt")
	if err := os.WriteFile(authority, certificate.Cert, 0o600); err != nil {
		return certificate, "", fmt.Errorf("write certificate: %w", err)
	}
	return certificate, authority, nil
}

// answers carries out one Action.
func answers(ctx context.Context, url string, certificate cluster.Certificate) error {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(certificate.Cert)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	defer transport.CloseIdleConnections()
	body := strings.NewReader(`{"Action":"FetchList","flag":3,"pageno":1,"pagesize":20}`)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/interface.php", body)
	if err != nil {
		return fmt.Errorf("first Action: %w", err)
	}
	resp, err := (&http.Client{Transport: transport, Timeout: 10 * time.Second}).Do(req)
	if err != nil {
		return fmt.Errorf("first Action: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	reply, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err == nil && !strings.HasPrefix(string(reply), `{"returnValue":0,`) {
		err = fmt.Errorf("answered %.300s", reply)
	}
	if err != nil {
		return fmt.Errorf("first Action: %w", err)
	}
	return nil
}
