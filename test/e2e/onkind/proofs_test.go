//go:build kind

package onkind_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"
)

// authKey is what the gateways of all releases verify tokens with; it is public, and fit for a test only.
const authKey = "a secret of tests, long enough for HS256"

// asking are the values with which a release asks its clients for proof.
func asking(mode string) string {
	return "auth.mode=" + mode + ",auth.existingSecret=live-auth,auth.jwtKey=jwt-key"
}

// token proves for a minute who somebody is.
func token(user string) string {
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode(fmt.Appendf(nil, `{"sub":%q,"exp":%d}`, user, time.Now().Add(time.Minute).Unix()))
	mac := hmac.New(sha256.New, []byte(authKey))
	mac.Write([]byte(signed))
	return signed + "." + encode(mac.Sum(nil))
}

// concealment checks that no log of the release shows a token: every JWT begins in the same way.
func (r *release) concealment(t *testing.T) {
	logs := r.mustKubectl(t, "logs", "--selector=app.kubernetes.io/instance="+releaseName, "--prefix", "--tail=-1", "--max-log-requests=50")
	if len(logs) < 1000 {
		t.Fatalf("the logs are %q only", logs)
	}
	for line := range strings.Lines(logs) {
		if strings.Contains(line, "eyJ") || strings.Contains(line, authKey) {
			t.Errorf("a log shows a token, or its key: %s", line)
		}
	}
}
