package cluster

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// Ports are node ports of a gateway that cluster.yaml maps to this host.
type Ports struct{ HTTP, HTTPS string }

// NodePorts are all of them: the first are those of deploy/kind/values.yaml, the others are for releases beside it.
var NodePorts = [...]Ports{{HTTP: "30080", HTTPS: "30443"}, {HTTP: "30081", HTTPS: "30444"}, {HTTP: "30082", HTTPS: "30445"}}

// Values are those of the chart, as helm takes them after --set.
func (p Ports) Values() string {
	return "gateway.service.httpNodePort=" + p.HTTP + ",gateway.service.httpsNodePort=" + p.HTTPS
}

// installTimeout is for helm, which waits until every pod is ready.
const installTimeout = "5m"

// namespace refuses pods that do not fit the restricted Pod Security Standard.
const namespace = `apiVersion: v1
kind: Namespace
metadata:
  name: %s
  labels:
    pod-security.kubernetes.io/enforce: restricted
    pod-security.kubernetes.io/warn: restricted
`

// Prepare makes a namespace with the Secrets that deploy/kind/values.yaml
// names: the certificate, and the keys as in data.
func (c *Cluster) Prepare(ctx context.Context, name string, certificate Certificate, keys map[string]string) error {
	if err := c.Apply(ctx, fmt.Sprintf(namespace, name)); err != nil {
		return err
	}
	if err := c.SetSecret(ctx, name, "xiaozhibo-keys", "Opaque", keys); err != nil {
		return err
	}
	return c.SetSecret(ctx, name, "xiaozhibo-tls", "kubernetes.io/tls", map[string]string{
		"tls.crt": string(certificate.Cert), "tls.key": string(certificate.Key),
	})
}

// SetSecret makes a Secret what data says.
func (c *Cluster) SetSecret(ctx context.Context, namespace, name, kind string, data map[string]string) error {
	var manifest strings.Builder
	fmt.Fprintf(&manifest, "apiVersion: v1\nkind: Secret\nmetadata: {name: %s, namespace: %s}\ntype: %s\nstringData:\n", name, namespace, kind)
	for key, value := range data {
		fmt.Fprintf(&manifest, "  %s: %q\n", key, value)
	}
	return c.Apply(ctx, manifest.String())
}

// Chart is the folder of the chart.
func (c *Cluster) Chart() string { return c.path("deploy/helm/xiaozhibo") }

// Values is the file with which it is installed.
func (c *Cluster) Values() string { return c.path("deploy/kind/values.yaml") }

// Install installs or upgrades the chart with deploy/kind/values.yaml and waits
// until everything is ready. Args are more arguments of helm.
func (c *Cluster) Install(ctx context.Context, release, namespace string, args ...string) error {
	_, err := c.Helm(ctx, append([]string{
		"upgrade", "--install", release, c.Chart(),
		"--namespace", namespace, "--values", c.Values(),
		"--set-string", "defaults.podAnnotations.images=" + c.loaded,
		"--wait", "--timeout", installTimeout,
	}, args...)...)
	return err
}

// URL is where a gateway on these node ports is reached from this host, by HTTPS.
func (c *Cluster) URL(ctx context.Context, ports Ports) (string, error) {
	address, err := c.published(ctx, ports.HTTPS)
	return "https://" + address, err
}

// PlainURL is where it is reached by HTTP.
func (c *Cluster) PlainURL(ctx context.Context, ports Ports) (string, error) {
	address, err := c.published(ctx, ports.HTTP)
	return "http://" + address, err
}

// published is the address on this host of a node port.
func (c *Cluster) published(ctx context.Context, port string) (string, error) {
	out, err := exec.CommandContext(ctx, "docker", "port", c.control.String(), port+"/tcp").Output()
	if err != nil {
		return "", fmt.Errorf("docker port: %w", err)
	}
	first, _, _ := bytes.Cut(bytes.TrimSpace(out), []byte("\n"))
	return string(first), nil
}

// DemoKeys are the public keys of deploy/demo.yaml, under the names
// that deploy/kind/values.yaml has for them.
func DemoKeys() map[string]string {
	return map[string]string{
		"push-key":       "testpushkey",
		"play-key":       "testplaykey",
		"callback-key":   "testcallbackkey",
		"cos-secret-id":  "AKIDEXAMPLE",
		"cos-secret-key": "SECRETEXAMPLE",
	}
}
