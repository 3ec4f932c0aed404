package deployments

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"testing"

	"xiaozhibo.dev/test/e2e/client"
)

// tailSize is how much of the log a failed test prints, in bytes.
const tailSize = 16 << 10

// hexSignature is the shape of a txSecret: an MD5 in hex.
var hexSignature = regexp.MustCompile(`[0-9a-f]{32}`)

// tokenSignature is the shape of that of a JWT by HS256: 32 bytes in base64.
var tokenSignature = regexp.MustCompile(`[0-9A-Za-z_-]{43,}`)

// processLog is all that a server wrote, over all its restarts, and the signatures it issued meanwhile.
type processLog struct {
	mu     sync.Mutex
	text   bytes.Buffer
	issued map[string]bool
}

func newProcessLog() *processLog { return &processLog{issued: map[string]bool{}} }

func (l *processLog) conceal(signature string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.issued[signature] = true
}

func (l *processLog) append(p []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(p)
}

func (l *processLog) Tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := l.text.Bytes()
	return string(text[max(0, len(text)-tailSize):])
}

// check fails t when the log shows a secret, an issued signature or a data race.
func (l *processLog) check(t testing.TB, secrets []string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	text := l.text.String()
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			t.Errorf("the log shows a secret: %q in %s", secret, lineWith(text, secret))
		}
	}
	if strings.Contains(text, client.JwtBegins) {
		t.Errorf("the log shows a token: %s", lineWith(text, client.JwtBegins))
	}
	// There are thousands of txSecrets: look up what the log holds, rather than look for each.
	for _, hex := range hexSignature.FindAllString(text, -1) {
		if l.issued[hex] {
			t.Errorf("the log shows an issued txSecret: %s", lineWith(text, hex))
		}
	}
	for _, signature := range tokenSignature.FindAllString(text, -1) {
		if l.issued[signature] {
			t.Errorf("the log shows the signature of a token: %s", lineWith(text, signature))
		}
	}
	for signature := range l.issued {
		if !hexSignature.MatchString(signature) && len(signature) != 43 && strings.Contains(text, signature) {
			t.Errorf("the log shows an issued signature: %s", lineWith(text, signature))
		}
	}
	if strings.Contains(text, "WARNING: DATA RACE") {
		t.Error("the race detector found a data race: see the log")
	}
}

// lineWith is the line of text in which part stands.
func lineWith(text, part string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			return line
		}
	}
	return ""
}

// listener is the log line in which a server says where it listens.
type listener struct {
	Message  string `json:"msg"`
	Listener string `json:"listener"` // http, https or ops
	Address  string `json:"address"`  // host:port
}

// processOutput takes what one run of a server writes: into the log, and its listeners into a channel.
type processOutput struct {
	log       *processLog
	listening chan listener
	line      []byte // begun and not ended yet
}

func (o *processOutput) Write(p []byte) (int, error) {
	o.log.append(p)
	o.line = append(o.line, p...)
	for {
		line, rest, ended := bytes.Cut(o.line, []byte("\n"))
		if !ended {
			return len(p), nil
		}
		o.announce(line)
		o.line = append([]byte(nil), rest...)
	}
}

func (o *processOutput) announce(line []byte) {
	var l listener
	if err := json.Unmarshal(line, &l); err != nil || l.Message != "listening" {
		return // any other line, or no JSON: a stack trace
	}
	select {
	case o.listening <- l:
	default: // more than anybody waits for
	}
}
