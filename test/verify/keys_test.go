package verify_test

import (
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var (
	key = regexp.MustCompile(`XZB_[A-Z_]+`)
	// A key and its default: `XZB_LIVE_TTL` (24 h).
	keyAndTime = regexp.MustCompile("`(XZB_[A-Z_]+)`[ （(]+(\\d+) (\\S+?)[)）]")
	keyAndCap  = regexp.MustCompile("(?m)^\\|[^|]*\\| ([^|]*) \\| `(XZB_[A-Z_]+)` \\|$")
)

// units are how many seconds the documents' units have.
var units = map[string]int{
	"s": 1, "min": 60, "h": 3600, "days": 86400,
	"秒": 1, "分钟": 60, "小时": 3600, "天": 86400,
}

func TestTheProtocolNamesKeysThereAre(t *testing.T) {
	defaults := defaultsOfKeys(t)
	for _, document := range append(protocolNames[:], openAPI) {
		named := key.FindAllString(read(t, document), -1)
		for _, one := range named {
			if _, there := defaults[one]; !there && !slices.Contains(announcedKeys, one) {
				t.Errorf("%s names %s, which is no key", document, one)
			}
		}
	}
	for _, one := range announcedKeys {
		if _, there := defaults[one]; there {
			t.Errorf("%s is a key now: take it off what test/verify/announced_test.go announces", one)
		}
	}
}

func TestTheProtocolHasTheDefaultsThereAre(t *testing.T) {
	defaults := defaultsOfKeys(t)
	for _, document := range protocolNames {
		found := 0
		for _, said := range keyAndTime.FindAllStringSubmatch(read(t, document), -1) {
			if want, there := defaults[said[1]]; there {
				found++
				number, err := strconv.Atoi(said[2])
				if told := number * units[said[3]]; err != nil || told != seconds(t, want) {
					t.Errorf("%s says %s %s of %s, whose default is %s", document, said[2], said[3], said[1], want)
				}
			}
		}
		for _, said := range keyAndCap.FindAllStringSubmatch(read(t, document), -1) {
			if want, there := defaults[said[2]]; there {
				found++
				if number := numbers(said[1]); number != strings.TrimPrefix(want, "0") {
					t.Errorf("%s says %q of %s, whose default is %s", document, said[1], said[2], want)
				}
			}
		}
		if found < 7 {
			t.Errorf("%s: found %d defaults only", document, found)
		}
	}
}

// defaultsOfKeys are the defaults that the server tells with -help, by key.
func defaultsOfKeys(t *testing.T) map[string]string {
	t.Helper()
	path := built(t)
	help, err := exec.CommandContext(t.Context(), path, "-help").CombinedOutput()
	if err != nil {
		t.Fatalf("-help: %v", err)
	}
	defaults := map[string]string{}
	for _, line := range regexp.MustCompile(`(?m)^-\S+ +(XZB_\w+) +(\S+)`).FindAllStringSubmatch(string(help), -1) {
		defaults[line[1]] = line[2]
	}
	if len(defaults) < 30 {
		t.Fatalf("found %d keys only", len(defaults))
	}
	return defaults
}

func seconds(t *testing.T, duration string) int {
	t.Helper()
	d, err := time.ParseDuration(duration)
	if err != nil {
		t.Fatal(err)
	}
	return int(d.Seconds())
}
