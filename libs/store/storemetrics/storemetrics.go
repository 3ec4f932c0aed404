// Package storemetrics measures what is asked of a store, of whatever kind, by the names of
// OpenTelemetry's conventions for databases. So one dashboard shows files and Redis alike.
package storemetrics

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/semconv/v1.43.0/dbconv"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/telemetry"
)

// Operations are those of one service on its store.
type Operations struct {
	System    string // "bbolt" or "redis"
	Namespace string // the service

	duration dbconv.ClientOperationDuration
	known    telemetry.Labels[labels]
}

// labels are what a finished operation is counted under.
type labels struct {
	operation string
	failure   apierr.Code
}

// New returns the operations of a service. Labels are system, namespace,
// operation and the code of an error.
func New(meter metric.Meter, system, namespace string) (*Operations, error) {
	duration, err := dbconv.NewClientOperationDuration(meter,
		metric.WithExplicitBucketBoundaries(0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5))
	return &Operations{System: system, Namespace: namespace, duration: duration}, err
}

// Record measures one operation. Its name must be one of few.
func (o *Operations) Record(operation string, took time.Duration, err error) {
	known := o.known.Of(labels{operation: operation, failure: apierr.CodeOf(err)}, o.attributes)
	o.duration.Inst().Record(context.Background(), took.Seconds(), known)
}

func (o *Operations) attributes(of labels) []attribute.KeyValue {
	attributes := o.Describe(of.operation, 1)
	if of.failure != "" {
		attributes = append(attributes, telemetry.ErrorType(of.failure))
	}
	return attributes
}

// Describe returns the attributes of the span of an operation on so many items.
func (o *Operations) Describe(operation string, items int) []attribute.KeyValue {
	attributes := []attribute.KeyValue{
		semconv.DBSystemNameKey.String(o.System), semconv.DBNamespace(o.Namespace), semconv.DBOperationName(operation),
	}
	if items > 1 {
		attributes = append(attributes, semconv.DBOperationBatchSize(items))
	}
	return attributes
}
