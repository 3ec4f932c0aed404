package admin

import (
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// metrics count what operators ask for. Labels are routes of ours and statuses.
type metrics struct{ duration metric.Float64Histogram }

// newMetrics registers the instrument.
func newMetrics(meter metric.Meter) (*metrics, error) {
	duration, err := meter.Float64Histogram("xzb.admin.request.duration", metric.WithUnit("s"),
		metric.WithDescription("Requests of operators who have shown who they are, by route and status."),
		metric.WithExplicitBucketBoundaries(0.005, 0.025, 0.1, 0.5, 1, 5, 15))
	return &metrics{duration}, err
}

// measure counts the requests of a route.
func (m *metrics) measure(route string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began, seen := time.Now(), &witness{w, http.StatusOK}
		next.ServeHTTP(seen, r)
		m.duration.Record(r.Context(), time.Since(began).Seconds(), metric.WithAttributes(
			attribute.String("http.route", route), attribute.Int("http.response.status_code", seen.status)))
	})
}

// witness sees the status of an answer.
type witness struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (w *witness) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}
