package e2e

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// fewConnections are as many as a balancer needs to give some to the gateway whose metrics are read.
const fewConnections = 4

// observed is as without proofs, and counts by Action and reason; who has a proof is not counted.
func observed(t *testing.T, server Server) {
	c := newClient(t, server)
	wrong := hs256(strings.Repeat("k", 32), jwtHeader, claimsOf("tom", time.Hour))
	c.conceal(wrong)
	before := refusals(t, server, `xzb_auth_mode="observe"`)
	for range fewConnections {
		proven := newClient(t, server).proving()
		proven.mustDoAllTo(c.proving().onlineAnchor())
	}
	if after := refusals(t, server, `xzb_auth_mode="observe"`); after != before {
		t.Errorf("%d who could prove who they are were counted", after-before)
	}
	for range fewConnections {
		nobody := newClient(t, server).asNobody()
		a := c.proving().onlineAnchor()
		nobody.mustDoAllTo(a)
		nobody.must("ChangeStatus", fields{"userid": a.id, "status": 0, "token": wrong})
	}
	for _, h := range harmsTo(c.onlineAnchor()) {
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
func refusals(t *testing.T, server Server, labels ...string) (n int) {
	t.Helper()
	_, metrics, err := get(t.Context(), server.OpsURL()+"/metrics")
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
