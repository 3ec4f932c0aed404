// Package platform_test holds what we send to Tencent Cloud against its official SDK, which
// no program needs.
package platform_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	tcerrors "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"

	"xiaozhibo.dev/libs/platform"
	"xiaozhibo.dev/libs/platform/platformtest"
	"xiaozhibo.dev/libs/platform/tencent"
	"xiaozhibo.dev/libs/telemetry"
)

// sent is a request as it leaves.
type sent struct {
	*http.Request
	body []byte
}

// wire keeps what is sent, and lets a platform answer it.
type wire struct {
	platform *platformtest.Tencent
	last     sent
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	w.last = sent{r, body}
	answered := r.Clone(r.Context())
	answered.Body = io.NopCloser(bytes.NewReader(body))
	return platformtest.Transport{Handler: w.platform}.RoundTrip(answered)
}

func newWire(id, key string) *wire {
	return &wire{platform: &platformtest.Tencent{
		Streams: &platformtest.Streams{}, Domain: "8888.livepush.myqcloud.com", ID: id, Key: key, Now: time.Now,
	}}
}

// official returns the SDK's client behind the wire.
func official(t *testing.T, w *wire, id, key, region string) *common.Client {
	t.Helper()
	settings := profile.NewClientProfile()
	settings.SignMethod = "TC3-HMAC-SHA256"
	settings.HttpProfile.ReqMethod = "POST"
	settings.HttpProfile.Endpoint = "live.tencentcloudapi.com"
	client := common.NewCommonClient(common.NewCredential(id, key), region, settings)
	client.WithHttpTransport(w)
	return client
}

func TestTheSDKSignsAsWeDo(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		id, key := fmt.Sprintf("AKID%x", random.Uint64()), text(random, random.IntN(100))
		w := newWire(id, key)
		request := tchttp.NewCommonRequest("live", "2018-08-01", "DescribeLiveStreamState")
		if err := request.SetActionParameters(map[string]any{
			"DomainName": w.platform.Domain, "AppName": "live", "StreamName": text(random, 1+random.IntN(60)),
		}); err != nil {
			t.Fatal(err)
		}
		if err := official(t, w, id, key, "").Send(request, tchttp.NewCommonResponse()); err != nil {
			t.Fatalf("the platform that the tests play does not take what the SDK sends: %v", err)
		}
		seconds, err := strconv.ParseInt(w.last.Header.Get("X-Tc-Timestamp"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		ours := tencent.Key{ID: id, Secret: key}.Authorize("live.tencentcloudapi.com", w.last.body, time.Unix(seconds, 0))
		if theirs := w.last.Header.Get("Authorization"); ours != theirs {
			t.Fatalf("for %s we say\n%s\nthe SDK says\n%s", w.last.body, ours, theirs)
		}
	}
}

// What the two send is the same, but for what names the sender.
func TestTheSDKAsksAsWeDo(t *testing.T) {
	const id, key, stream = "AKIDEXAMPLE", "SECRETEXAMPLE", "8888_tom"
	until := time.Now().Add(time.Hour).Unix()
	one := map[string]any{"DomainName": "8888.livepush.myqcloud.com", "AppName": "live", "StreamName": stream}
	with := func(more map[string]any) map[string]any {
		all := map[string]any{}
		maps.Copy(all, one)
		maps.Copy(all, more)
		return all
	}
	for action, test := range map[string]struct {
		ask    func(platform.Platform) error
		params map[string]any
	}{
		"DescribeLiveStreamOnlineList": {
			func(p platform.Platform) error { _, err := p.Online(t.Context()); return err },
			map[string]any{"DomainName": one["DomainName"], "AppName": "live", "PageNum": 1, "PageSize": 100},
		},
		"DescribeLiveStreamState": {func(p platform.Platform) error { _, err := p.State(t.Context(), stream); return err }, one},
		"DropLiveStream":          {func(p platform.Platform) error { return p.Drop(t.Context(), stream) }, one},
		"ResumeLiveStream":        {func(p platform.Platform) error { return p.Resume(t.Context(), stream) }, one},
		"ForbidLiveStream": {
			func(p platform.Platform) error { return p.Forbid(t.Context(), stream, until, "unfit") },
			with(map[string]any{"ResumeTime": time.Unix(until, 0).UTC().Format(time.RFC3339), "Reason": "unfit"}),
		},
	} {
		t.Run(action, func(t *testing.T) {
			theirs, ours := newWire(id, key), newWire(id, key)
			request := tchttp.NewCommonRequest("live", "2018-08-01", action)
			if err := request.SetActionParameters(test.params); err != nil {
				t.Fatal(err)
			}
			if err := official(t, theirs, id, key, "ap-guangzhou").Send(request, tchttp.NewCommonResponse()); err != nil {
				t.Fatal(err)
			}
			if err := test.ask(client(t, ours, id, key)); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"Content-Type", "X-Tc-Action", "X-Tc-Version", "X-Tc-Region"} {
				if a, b := ours.last.Header.Get(name), theirs.last.Header.Get(name); a != b || a == "" {
					t.Errorf("%s: we send %q, the SDK %q", name, a, b)
				}
			}
			if a, b := ours.last.URL.String(), theirs.last.URL.String(); strings.TrimSuffix(a, "/") != strings.TrimSuffix(b, "/") {
				t.Errorf("we ask %s, the SDK %s", a, b)
			}
			if a, b := plain(t, ours.last.body), plain(t, theirs.last.body); a != b {
				t.Errorf("we send %s, the SDK %s", a, b)
			}
		})
	}
}

// A platform in the tests that is stricter or laxer than the real one is no proof: what the
// SDK makes of its errors shows that they are of the published form.
func TestTheSDKReadsTheErrorsOfThePlatformInTheTests(t *testing.T) {
	w := newWire("AKIDEXAMPLE", "SECRETEXAMPLE")
	request := tchttp.NewCommonRequest("live", "2018-08-01", "DescribeLiveStreamState")
	err := official(t, w, "AKIDEXAMPLE", "ANOTHER", "").Send(request, tchttp.NewCommonResponse())
	said, ok := err.(*tcerrors.TencentCloudSDKError) //nolint:errorlint // the SDK does not wrap it
	if !ok || said.Code != "AuthFailure.SignatureFailure" || said.RequestId == "" {
		t.Errorf("the SDK says %v", err)
	}
}

// client is ours behind the wire.
func client(t *testing.T, w *wire, id, key string) platform.Platform {
	t.Helper()
	caller, err := platform.NewCaller(w, 100, telemetry.Discard().Meter)
	if err != nil {
		t.Fatal(err)
	}
	return tencent.New(tencent.Config{
		URL: tencent.Endpoint, Region: "ap-guangzhou", Domain: w.platform.Domain, App: "live", Now: time.Now,
		Key: func() (tencent.Key, error) { return tencent.Key{ID: id, Secret: key}, nil },
	}, caller)
}

// plain is a JSON object with its names in order.
func plain(t *testing.T, body []byte) string {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal(body, &object); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(object)
}

func text(random *rand.Rand, n int) string {
	const letters = "abcXYZ019-_ 中é/+=&<>"
	runes := []rune(letters)
	var b strings.Builder
	for range n {
		b.WriteRune(runes[random.IntN(len(runes))])
	}
	return b.String()
}
