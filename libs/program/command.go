package program

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"xiaozhibo.dev/libs/config"
)

// Command is what a program does instead of being run, under a name that stands
// before the flags: "xiaozhibo check -data-dir ./data". It takes the
// configuration of the program, which has been read and checked.
type Command struct {
	Name string
	Does string // what it does and what its exit code says, in a sentence or two
	Run  func(ctx context.Context, stdout io.Writer, log *slog.Logger) error
}

// command returns the command that the arguments begin with, nil if that is a
// flag, and the arguments after it.
func (p *Program) command(args []string) (*Command, []string, error) {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") || len(p.Commands) == 0 {
		return nil, args, nil
	}
	place := slices.IndexFunc(p.Commands, func(c Command) bool { return c.Name == args[0] })
	if place < 0 {
		return nil, args, config.Errorf("argument 1 is neither a flag nor a command (%s)", strings.Join(p.commandNames(), ", "))
	}
	return &p.Commands[place], args[1:], nil
}

func (p *Program) commandNames() (names []string) {
	for _, c := range p.Commands {
		names = append(names, c.Name)
	}
	return names
}

// describe tells of the commands below the table of keys.
func (p *Program) describe(command *Command, stdout io.Writer) error {
	if command != nil {
		_, err := fmt.Fprintf(stdout, "\n%s %s %s\n", p.Name, command.Name, command.Does)
		return err
	}
	for _, c := range p.Commands {
		if _, err := fmt.Fprintf(stdout, "\n%s %s [flags]\n  %s\n", p.Name, c.Name, c.Does); err != nil {
			return err
		}
	}
	return nil
}
