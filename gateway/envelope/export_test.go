package envelope

// Raw returns the value of a field as it was sent, "" if there is none.
func (f *Fields) Raw(name string) string { return f.raw(name) }
