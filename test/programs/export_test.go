package programs

// ParseStat and ParseStatus are for the tests.
var (
	ParseStat   = parseStat
	ParseStatus = parseStatus
)
