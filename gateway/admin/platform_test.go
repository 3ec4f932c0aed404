package admin_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"xiaozhibo.dev/gateway/admin"
	"xiaozhibo.dev/gateway/webhook"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/platform"
)

// cutter is a platform that cannot forbid.
type cutter struct {
	platform.Platform
	dropped []string
}

func (c *cutter) Drop(_ context.Context, id string) error {
	c.dropped = append(c.dropped, id)
	return nil
}

func (c *cutter) Forbid(context.Context, string, int64, string) error {
	return platform.Errorf(platform.Unsupported, "it cannot")
}
func (c *cutter) Resume(context.Context, string) error {
	return platform.Errorf(platform.Unsupported, "it cannot")
}

func TestAPlatformThatCannotForbidCutsThePush(t *testing.T) {
	c := &cutter{}
	o := newOperatorOf(t, admin.Options{Platform: c})
	code, said := o.ask("PUT", "/api/bans", `{"user":"tom","until":4000000000000,"going_live":true}`)
	if code != http.StatusOK || !strings.Contains(said, `"platform":"dropped"`) || len(c.dropped) != 1 || c.dropped[0] == "" {
		t.Errorf("answered %d %s, dropped %v", code, said, c.dropped)
	}
	if code, said := o.ask("DELETE", "/api/bans", `{"user":"tom"}`); code != http.StatusOK || !strings.Contains(said, `"platform":"done"`) {
		t.Errorf("answered %d %s", code, said)
	}
}

// outbox is what sends webhooks.
type outbox struct{ resumed, revived int }

func (o *outbox) Status(context.Context) (webhook.Status, error) {
	return webhook.Status{Pending: 3, Dead: []webhook.Letter{{Number: 7}}}, nil
}
func (o *outbox) Resume(context.Context) error { o.resumed++; return nil }
func (o *outbox) Revive(_ context.Context, number int64) error {
	if number != 7 {
		return apierr.New(apierr.NotFound, "no dead letter has the number %d", number)
	}
	o.revived++
	return nil
}

func TestOperatorsSeeAndReviveWebhooks(t *testing.T) {
	hooks := &outbox{}
	o := newOperatorOf(t, admin.Options{Webhooks: hooks})
	if code, said := o.ask("GET", "/api/webhooks", ""); code != http.StatusOK || !strings.Contains(said, `"on":true`) ||
		!strings.Contains(said, `"pending":3`) || !strings.Contains(said, `"number":7`) {
		t.Errorf("answered %d %s", code, said)
	}
	for _, call := range []struct {
		path, body string
		want       int
	}{
		{"resume", `{}`, 200}, {"revive", `{"number":7}`, 200}, {"revive", `{"number":8}`, 404}, {"revive", `{}`, 400}, {"resume", `{"x":1}`, 400},
	} {
		if code, said := o.ask("POST", "/api/webhooks/"+call.path, call.body); code != call.want {
			t.Errorf("%s %s is answered %d %s", call.path, call.body, code, said)
		}
	}
	if hooks.resumed != 1 || hooks.revived != 1 {
		t.Errorf("done is %+v", hooks)
	}
}

func TestWithoutWebhooksOperatorsAreToldSo(t *testing.T) {
	o := newOperator(t)
	if code, said := o.ask("GET", "/api/webhooks", ""); code != http.StatusOK || !strings.Contains(said, `{"on":false}`) {
		t.Errorf("answered %d %s", code, said)
	}
	if code, _ := o.ask("POST", "/api/webhooks/resume", `{}`); code != http.StatusNotFound {
		t.Errorf("answered %d", code)
	}
}
