package signing_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/libs/clocktest"
	"xiaozhibo.dev/services/signing"
)

func TestOperatorsReadWhatWasIssuedToWhom(t *testing.T) {
	ledger, _ := openLedger(t)
	clock := &clocktest.Clock{}
	clock.Move(1_480_000_000 * time.Second)
	service := newService(t, configured(), ledger, clock.Now)
	issue(t, service)
	clock.Move(time.Hour)
	for _, user := range []string{"Tom", "<小明>"} {
		if _, err := service.Push(t.Context(), user); err != nil {
			t.Fatal(err)
		}
	}
	const (
		first  = `{"kind":"push","user":"Tom","stream_id":"8888__54om","issued":1480000000,"expires":1480086400}` + "\n"
		upload = `{"kind":"upload","issued":1480000000,"expires":1480000600}` + "\n"
		second = `{"kind":"push","user":"Tom","stream_id":"8888__54om","issued":1480003600,"expires":1480090000}` + "\n"
	)
	all := ask(t, ledger, "", http.StatusOK)
	other := strings.TrimPrefix(all, first+upload)
	other = strings.Replace(other, second, "", 1)
	if !strings.HasPrefix(other, `{"kind":"push","user":"<小明>","stream_id":"8888_`) || strings.Count(other, "\n") != 1 {
		t.Fatalf("all of it is\n%s", all)
	}
	for query, want := range map[string]string{
		"?user=Tom":                 first + second,
		"?user=%3C小明%3E":            other,
		"?user=nobody":              "",
		"?from=1480000001&user=Tom": second,
		"?until=1480003600":         first + upload,
		"?from=2016-11-24T15:06:41Z&limit=1&user=Tom": second,
		"?from=2016-11-24T15:06:40Z&until=1480000001": first + upload,
		"?from=2016-11-24T23:06:40%2B08:00&limit=1":   first,
		"?limit=1": first,
	} {
		if got := ask(t, ledger, query, http.StatusOK); got != want {
			t.Errorf("%s:\n%swant\n%s", query, got, want)
		}
	}
	for query, want := range map[string]string{
		"?usr=Tom":   `"usr": unknown`,
		"?from=noon": `"from": must be Unix seconds`,
		"?until=":    `"until": must be Unix seconds`,
		"?limit=0":   `"limit": must be 1 to 10000`,
		"?limit=1e9": `"limit": must be 1 to 10000`,
		"?user=%zz":  "the query cannot be read",
	} {
		if got := ask(t, ledger, query, http.StatusBadRequest); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}

func TestALedgerThatCannotBeReadIsSaidWithoutACause(t *testing.T) {
	ledger, _ := openLedger(t)
	if err := ledger.Close(); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, ledger, "", http.StatusServiceUnavailable); got != "the ledger cannot be read: the log says why\n" {
		t.Errorf("answered %q", got)
	}
}

func ask(t *testing.T, ledger signing.Ledger, query string, status int) (body string) {
	t.Helper()
	answer := httptest.NewRecorder()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/ledger"+query, http.NoBody)
	signing.Reader(ledger, slog.New(slog.DiscardHandler)).ServeHTTP(answer, request)
	if answer.Code != status {
		t.Errorf("%s: status %d, want %d", query, answer.Code, status)
	}
	return answer.Body.String()
}
