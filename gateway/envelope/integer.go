package envelope

import (
	"math"
	"strconv"
	"strings"
)

// parseInt reads an integer in decimal digits. One beyond 64 bits counts as the largest, or
// smallest, that there is.
func parseInt(raw string) (int64, bool) {
	digits := raw
	if raw[0] == '"' {
		digits = unquote(raw)
	}
	if !isInteger(digits) {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil { // out of range: n is the nearest bound
		return n, n == math.MaxInt64 || n == math.MinInt64
	}
	return n, true
}

// isInteger reports whether a text is decimal digits, with or without a minus before them.
func isInteger(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	for i := range len(digits) {
		if digits[i] < '0' || '9' < digits[i] {
			return false
		}
	}
	return digits != ""
}
