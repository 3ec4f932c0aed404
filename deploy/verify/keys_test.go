package verify_test

import (
	"os/exec"
	"regexp"
	"slices"
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

var units = map[string]time.Duration{
	"s": time.Second, "min": time.Minute, "h": time.Hour, "days": 24 * time.Hour,
	"秒": time.Second, "分钟": time.Minute, "小时": time.Hour, "天": 24 * time.Hour,
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
			t.Errorf("%s is a key now: take it off what deploy/verify/announced_test.go announces", one)
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
				if told := parseDuration(t, said[2]+"ns") * units[said[3]]; told != parseDuration(t, want) {
					t.Errorf("%s says %v of %s, whose default is %s", document, told, said[1], want)
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

func parseDuration(t *testing.T, text string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
