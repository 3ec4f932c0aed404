package config

import (
	"errors"
	"flag"
	"io"
	"strings"
)

// flagLayer reads the command line. It only records what stands there, because
// the layers below must be applied first.
func flagLayer(fs *flag.FlagSet, args []string) (Options, layer, error) {
	var given layer
	parser := recorder(fs, &given)
	var opts Options
	opts.registerFlags(parser)
	opts.registerFlags(fs) // for -help
	err := parser.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return opts, nil, flag.ErrHelp
	case err != nil:
		// The text behind a "=" may be a secret.
		problem, _, _ := strings.Cut(err.Error(), "=")
		return opts, nil, Errorf("%s (-help lists all)", problem)
	case parser.NArg() > 0:
		return opts, nil, Errorf("argument %d is not a flag (write -name=value; true and false need the \"=\")",
			len(args)-parser.NArg()+1)
	}
	return opts, given, nil
}

// recorder returns flags of the same names as fs. To parse a command line with them sets nothing in fs, and
// appends to given what stands there.
func recorder(fs *flag.FlagSet, given *layer) *flag.FlagSet {
	parser := flag.NewFlagSet(fs.Name(), flag.ContinueOnError)
	parser.SetOutput(io.Discard) // errors are returned, help is printed by Load
	fs.VisitAll(func(f *flag.Flag) {
		record := func(text string) error {
			*given = append(*given, setting{flag: f.Name, text: text, source: "flag -" + f.Name})
			return nil
		}
		if isBool(f.Value) {
			parser.BoolFunc(f.Name, "", record)
		} else {
			parser.Func(f.Name, "", record)
		}
	})
	return parser
}
