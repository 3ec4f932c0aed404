package config

import (
	"errors"
	"net"
	"strconv"
)

// Address is a flag.Value for the address of a listener, such as ":8080". Empty
// is no listener, which is also spelt "off".
type Address string

// Set takes host:port, :port, "off" or nothing.
func (a *Address) Set(text string) error {
	if text == "" || text == "off" {
		*a = ""
		return nil
	}
	_, port, err := net.SplitHostPort(text)
	if _, errPort := strconv.ParseUint(port, 10, 16); err != nil || errPort != nil {
		return errors.New("must be host:port, :port or off")
	}
	*a = Address(text)
	return nil
}

// String spells the address as Set takes it.
func (a *Address) String() string {
	if a == nil || *a == "" {
		return "off"
	}
	return string(*a)
}
