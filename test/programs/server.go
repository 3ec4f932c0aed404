// Package programs starts the server's programs on this machine, on an empty
// store or one that is there, and reads what they cost.
package programs

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Server is the programs that one server is made of.
type Server struct {
	Processes []*Process
	URL       string // of the Actions
	Ops       string // of the program that clients reach; "" of what has no such listener
}

// Spent is the processor time of each process until now.
func (s *Server) Spent() ([]time.Duration, error) {
	all := make([]time.Duration, len(s.Processes))
	for i, p := range s.Processes {
		var err error
		if all[i], err = p.Spent(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Memory is what each process holds now.
func (s *Server) Memory() ([]Memory, error) {
	all := make([]Memory, len(s.Processes))
	for i, p := range s.Processes {
		var err error
		if all[i], err = p.Memory(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Stop ends the programs, each before what it calls.
func (s *Server) Stop() error {
	var errs []error
	for _, p := range slices.Backward(s.Processes) {
		errs = append(errs, p.stop())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}
