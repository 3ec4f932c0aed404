// Schemas writes the JSON schemas of Kubernetes' objects that kubeconform
// validates against, out of what the Go modules of Kubernetes, the Gateway API
// and the Prometheus operator contain: no schema is fetched.
//
//	schemas FOLDER swagger.json CRD.yaml...
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/lifecycle"
)

func main() { lifecycle.Main(run) }

func run(_ context.Context, args []string, stdout, _ io.Writer) error {
	if len(args) < 2 {
		return config.Errorf("usage: schemas FOLDER swagger.json CRD.yaml...")
	}
	schemas := map[string]schema{}
	errs := []error{builtin(args[1], schemas)}
	for _, path := range args[2:] {
		errs = append(errs, custom(path, schemas))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for name, s := range schemas {
		if err := write(filepath.Join(args[0], name+".json"), s); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(stdout, "%d schemas in %s\n", len(schemas), args[0])
	return err
}
