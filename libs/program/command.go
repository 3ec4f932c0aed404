package program

import (
	"context"
	"flag"
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
	Name     string
	Argument string // what it must be given besides flags, before or behind them: "FILE"; "" is nothing
	Does     string // what it does and what its exit code says, in a sentence or two
	// RegisterFlags names the keys that the command has besides those of the program;
	// nil: none.
	RegisterFlags func(fs *flag.FlagSet)
	// Defaults are other defaults of keys, by the names of their flags. What is configured
	// goes before them.
	Defaults func() map[string]string
	// Run does it; nil: the program runs, with Defaults.
	Run func(ctx context.Context, call Invocation) error
}

// Invocation is what a command is run with.
type Invocation struct {
	// Argument is what the command line gives it; "" only if Command.Argument is "".
	Argument       string
	AdminSecret    config.Secret // what a server's admin listener asks for
	Stdout, Stderr io.Writer
	Log            *slog.Logger
}

// defaults sets the defaults that the command has of its own.
func (c *Command) defaults(fs *flag.FlagSet) error {
	if c == nil || c.Defaults == nil {
		return nil
	}
	for name, value := range c.Defaults() {
		if err := fs.Lookup(name).Value.Set(value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// argument takes the argument out of those of the command line. It may be missing.
func (c *Command) argument(args []string) (argument string, rest []string) {
	last := len(args) - 1
	switch {
	case c == nil || c.Argument == "" || last < 0:
		return "", args
	case !strings.HasPrefix(args[0], "-"):
		return args[0], args[1:]
	case !strings.HasPrefix(args[last], "-"):
		return args[last], args[:last]
	default:
		return "", args
	}
}

// usage is how the command is called.
func (c *Command) usage() string { return strings.TrimRight(c.Name+" "+c.Argument, " ") }

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

// commandNames are the commands in the order that help shows them in.
func (p *Program) commandNames() (names []string) {
	for _, c := range p.Commands {
		names = append(names, c.Name)
	}
	return names
}

// describe tells of the commands below the table of keys.
func (p *Program) describe(command *Command, stdout io.Writer) error {
	if command != nil {
		_, err := fmt.Fprintf(stdout, "\n%s %s [flags] %s\n", p.Name, command.usage(), command.Does)
		return err
	}
	for _, c := range p.Commands {
		if _, err := fmt.Fprintf(stdout, "\n%s %s [flags]\n  %s\n", p.Name, c.usage(), c.Does); err != nil {
			return err
		}
	}
	return nil
}
