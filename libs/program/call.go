package program

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"

	"xiaozhibo.dev/libs/config"
)

// call is what a program was started with: its arguments, its environment and its file.
type call struct {
	command  *Command // nil if none is named
	argument string   // of the command
	base     settings
	flags    *flag.FlagSet // all keys, with the values they have
	options  config.Options
	unknown  []string // names of variables that no key has
}

// read reads how a program was called. Asked for help it writes that to stdout and returns
// flag.ErrHelp. Nothing is checked yet but what a flag can tell of itself.
func (p Program) read(args []string, stdout io.Writer) (called *call, err error) {
	called = &call{} // flags point into it
	if called.command, args, err = p.command(args); err != nil {
		return called, err
	}
	name := p.Name
	if called.command != nil {
		name += " " + called.command.Name
	}
	called.argument, args = called.command.argument(args)
	called.flags = flag.NewFlagSet(name, flag.ContinueOnError)
	called.flags.SetOutput(stdout)
	called.base.RegisterFlags(called.flags)
	p.Config.RegisterFlags(called.flags)
	if called.command != nil && called.command.RegisterFlags != nil {
		called.command.RegisterFlags(called.flags)
	}
	if err := called.command.defaults(called.flags); err != nil {
		return called, err
	}
	called.options, called.unknown, err = config.Load(called.flags, args, os.Environ())
	if errors.Is(err, flag.ErrHelp) {
		err = errors.Join(p.describe(called.command, stdout), err)
	}
	return called, err
}

// runs tells whether the process is to be run: without a command, or by one that only has
// other defaults.
func (c *call) runs() bool { return c.command == nil || c.command.Run == nil }

// carryOut runs the command.
func (c *call) carryOut(ctx context.Context, with Invocation) error {
	if c.argument == "" && c.command.Argument != "" {
		return config.Errorf("%s: %s must be given", c.command.Name, c.command.Argument)
	}
	with.Argument, with.AdminSecret = c.argument, c.base.AdminSecret
	return c.command.Run(ctx, with)
}
