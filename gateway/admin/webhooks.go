package admin

import (
	"context"
	"net/http"
	"strconv"

	"xiaozhibo.dev/gateway/webhook"
	"xiaozhibo.dev/libs/apierr"
)

// Webhooks is what operators may know of webhooks, and do about them.
type Webhooks interface {
	// Status returns how far the sending has come.
	Status(ctx context.Context) (webhook.Status, error)
	// Resume sends again what a receiver did not want any more.
	Resume(ctx context.Context) error
	// Revive sends a dead letter again; NotFound if there is none with that number.
	Revive(ctx context.Context, number int64) error
}

// webhookStatus answers what waits, what was given up, and whether anything is sent.
func (a *API) webhookStatus(r *http.Request) (any, error) {
	if a.webhooks == nil {
		return struct {
			On bool `json:"on"`
		}{}, nil
	}
	status, err := a.webhooks.Status(r.Context())
	if status.Dead == nil {
		status.Dead = []webhook.Letter{}
	}
	return struct {
		On bool `json:"on"`
		webhook.Status
	}{true, status}, err
}

// resumeWebhooks sends again after the receiver had asked, with status 410, for no more.
func (a *API) resumeWebhooks(r *http.Request) (any, error) {
	if _, err := read[struct{}](r); err != nil {
		return nil, err
	}
	return a.webhookDeed(r, entry{What: "resume", Detail: "webhooks"}, func(ctx context.Context) error {
		return a.webhooks.Resume(ctx)
	})
}

// reviveWebhook sends a dead letter again.
func (a *API) reviveWebhook(r *http.Request) (any, error) {
	asked, err := read[struct {
		Number int64 `json:"number"`
	}](r)
	if err != nil {
		return nil, err
	}
	if asked.Number <= 0 {
		return nil, apierr.New(apierr.Invalid, "number must be that of a dead letter")
	}
	detail := "the dead letter " + strconv.FormatInt(asked.Number, 10)
	return a.webhookDeed(r, entry{What: "revive", Detail: detail}, func(ctx context.Context) error {
		return a.webhooks.Revive(ctx, asked.Number)
	})
}

// webhookDeed does what an operator wants of webhooks, once it is in the journal.
func (a *API) webhookDeed(r *http.Request, e entry, do func(ctx context.Context) error) (any, error) {
	if a.webhooks == nil {
		return nil, apierr.New(apierr.NotFound, "no webhooks are sent: webhook_url is not set")
	}
	if err := a.audit.write(r.Context(), e); err != nil {
		return nil, err
	}
	return struct{}{}, do(r.Context())
}
