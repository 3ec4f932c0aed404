package archive

// SetMaxRecord changes the bound of a record until restore is called.
func SetMaxRecord(bytes int) (restore func()) {
	before := maxRecord
	maxRecord = bytes
	return func() { maxRecord = before }
}
