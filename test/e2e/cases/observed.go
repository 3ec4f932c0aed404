package cases

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

// fewConnections are as many as a balancer needs to give some to the gateway whose metrics are read.
const fewConnections = 4

// observed is as without proofs, and counts by Action and reason; who has a proof is not counted.
func observed(t *testing.T, server client.Server) {
	c := client.New(t, server)
	wrong := client.Hs256(strings.Repeat("k", 32), client.JwtHeader, client.ClaimsOf("tom", time.Hour))
	c.Conceal(wrong)
	before := refusals(t, server, `xzb_auth_mode="observe"`)
	for range fewConnections {
		proven := client.New(t, server).Proving()
		mustDoAllTo(proven, c.Proving().OnlineAnchor())
	}
	if after := refusals(t, server, `xzb_auth_mode="observe"`); after != before {
		t.Errorf("%d who could prove who they are were counted", after-before)
	}
	for range fewConnections {
		nobody := client.New(t, server).AsNobody()
		a := c.Proving().OnlineAnchor()
		mustDoAllTo(nobody, a)
		nobody.Must("ChangeStatus", client.Fields{"userid": a.ID, "status": 0, "token": wrong})
	}
	for _, h := range harmsTo(c.OnlineAnchor()) {
		if refusals(t, server, `xzb_auth_mode="observe"`, `xzb_action="`+h.action+`"`, `xzb_reason="missing"`) == 0 {
			t.Errorf("%s by nobody is not counted", h.action)
		}
	}
	if refusals(t, server, `xzb_action="ChangeStatus"`, `xzb_reason="wrong_signature"`) == 0 {
		t.Error("a wrong signature is not counted")
	}
}

var refusalSeries = regexp.MustCompile(`(?m)^xzb_auth_refusals_total\{(.*)\} (\d+)$`)

// refusals are counted by the metrics under labels that contain all of these.
func refusals(t *testing.T, server client.Server, labels ...string) (n int) {
	t.Helper()
	_, metrics, err := client.Get(t.Context(), server.OpsURL()+"/metrics")
	if err != nil {
		t.Fatal(err)
	}
series:
	for _, found := range refusalSeries.FindAllStringSubmatch(metrics, -1) {
		for _, label := range labels {
			if !strings.Contains(found[1], label) {
				continue series
			}
		}
		count, err := strconv.Atoi(found[2])
		if err != nil {
			t.Fatal(err)
		}
		n += count
	}
	return n
}
