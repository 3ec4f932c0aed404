package store

import (
	"context"
	"fmt"
	"io"

	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/libs/store/folder"
)

// CheckCommand returns the command that reads all that the services have stored.
// It changes nothing, and is refused while a process has a file open.
func CheckCommand(config *Config, services ...folder.Service) program.Command {
	return program.Command{
		Name: "check",
		Does: "reads everything in the data folder and prints a line for each thing that is damaged. " +
			"It exits with 0 if nothing is, else with 1.",
		Run: func(_ context.Context, call program.Invocation) error { return config.check(services, call.Stdout) },
	}
}

func (c *Config) check(services []folder.Service, stdout io.Writer) error {
	if c.Kind != Bbolt {
		return fmt.Errorf("check reads the files of a data folder only: what is in %s is not checked", c.Kind)
	}
	findings := 0
	var broken error // of the writer
	files, err := folder.Check(c.DataDir, services, func(finding string) {
		findings++
		if _, err := fmt.Fprintln(stdout, finding); err != nil {
			broken = err
		}
	})
	switch {
	case err != nil:
		return err
	case broken != nil:
		return broken
	case findings > 0:
		return fmt.Errorf("damaged: %d findings in %d files of %s", findings, files, c.DataDir)
	case files == 0:
		return fmt.Errorf("there is no data in %s", c.DataDir)
	}
	_, err = fmt.Fprintf(stdout, "%d files of %s are whole\n", files, c.DataDir)
	return err
}
