package auth

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"golang.org/x/time/rate"

	"xiaozhibo.dev/gateway/auth/jwks"
	"xiaozhibo.dev/gateway/auth/proof"
	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/libs/telemetry"
)

// logInterval is between two lines about one reason at one Action: what is
// refused may be many requests a second, and all may say the same.
const logInterval = 10 * time.Second

// tally counts what is refused, or would be.
type tally struct {
	mode     string
	refusals metric.Int64Counter
	labels   telemetry.Labels[label]
	lines    sync.Map // label to *rate.Sometimes; there are as many as Actions times reasons
	log      *slog.Logger
}

// label has values from our own lists only: nothing that a client sent becomes a label.
type label struct {
	action string
	reason proof.Error
	mode   string
}

// newTally makes the counter of refusals.
func newTally(mode string, scope telemetry.Scope) (*tally, error) {
	refusals, err := scope.Meter.Int64Counter("xzb.auth.refusals",
		metric.WithDescription("Actions whose sender may not have them, by reason; in the mode observe they are carried out all the same."))
	return &tally{mode: mode, refusals: refusals, log: scope.Log}, err
}

// refused counts a refusal and logs it now and then: the user, the client and the reason,
// never the proof.
func (t *tally) refused(ctx context.Context, action string, reason proof.Error, sender Sender, fields *envelope.Fields) {
	l := label{action: action, reason: reason, mode: t.mode}
	t.refusals.Add(ctx, 1, t.labels.Of(l, label.attributes))
	line, known := t.lines.Load(l)
	if !known {
		line, _ = t.lines.LoadOrStore(l, &rate.Sometimes{First: 1, Interval: logInterval})
	}
	line.(*rate.Sometimes).Do(func() {
		message := "not allowed"
		if t.mode == Observe {
			message = "allowed, but would not be with auth: require"
		}
		user, client := fields.Loose("userid"), ""
		if !envelope.ValidID(user) {
			user = ""
		}
		if sender != nil {
			client = sender.Address()
		}
		t.log.InfoContext(ctx, message, "auth", t.mode, "action", action, "reason", string(reason), "why", reason.Error(),
			"user", user, "client", client)
	})
}

// attributes are the labels of the metric.
func (l label) attributes() []attribute.KeyValue {
	return []attribute.KeyValue{
		attribute.String("xzb.action", l.action),
		attribute.String("xzb.reason", string(l.reason)),
		attribute.String("xzb.auth.mode", l.mode),
	}
}

// hint tells a client how it can prove who it is.
func (c *Config) hint() string {
	var ways []string
	if c.JWT.isSet() {
		ways = append(ways, "a JWT in Authorization: Bearer or the field "+tokenField)
	}
	if c.userSig() {
		ways = append(ways, "a UserSig in the header "+userSigHeader+" or the field "+userSigField)
	}
	if len(ways) == 0 {
		return ""
	}
	return ", send " + strings.Join(ways, ", or ")
}

// warn logs settings that are allowed but may not be meant.
func (c *Config) warn(log *slog.Logger) {
	if c.JWT.JWKS != "" && len(c.JWT.Audience) == 0 {
		log.Warn("auth_jwt_audience is not set: tokens that the same issuer made for other programs are proof here too")
	}
	if strings.HasPrefix(c.JWT.JWKS, "http://") {
		log.Warn("auth_jwks is fetched without TLS: whoever is on the way can replace the keys", "url", jwks.PublicName(c.JWT.JWKS))
	}
}
