// Package onkind tests the chart where it is to run: on a Kubernetes cluster,
// with real images, by way of its own commands and as a client. `make e2e` runs
// it; it needs a docker engine, and fails without one.
package onkind
