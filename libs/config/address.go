package config

// Address is a flag.Value for the address of a listener, such as ":8080". Empty
// is no listener, which is also spelt "off".
type Address string

// Set takes any text; it never fails.
func (a *Address) Set(text string) error {
	if text == "off" {
		text = ""
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
