package verify_test

import (
	"fmt"
	"regexp"
	"strconv"

	"xiaozhibo.dev/gateway/envelope"
)

// How the code and the documents write what is compared.
var (
	returnValue = regexp.MustCompile(`(?m)^\t\w+ +Code = (\d+)`)
	returnRow   = regexp.MustCompile(`(?m)^\| (0|[1-4]\d{3}) \|`)
	statusRow   = regexp.MustCompile(`(?m)^\| ([2-5]\d\d) \|`)
	eventBody   = regexp.MustCompile(`\{"code":(\d+)`)
)

// limitsOfTheCode are the limits that the protocol must tell.
func limitsOfTheCode() map[string]string {
	return map[string]string{
		"the longest request": strconv.Itoa(envelope.MaxBody),
		"the longest id":      strconv.Itoa(envelope.MaxID),
		"the longest text":    strconv.Itoa(envelope.MaxText),
		"the longest URL":     strconv.Itoa(envelope.MaxURL),
	}
}

func text(value any) string { return fmt.Sprint(value) }
