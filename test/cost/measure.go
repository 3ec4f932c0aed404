package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// price is the processor time of a request, in µs, of each process of a server.
type price []float64

func (p price) sum() (sum float64) {
	for _, part := range p {
		sum += part
	}
	return sum
}

// measure puts load on a server for a time. Every request must have succeeded.
func measure(ctx context.Context, g generator, s *server, length time.Duration) (price, error) {
	all, failed, err := s.counted(ctx)
	if err != nil {
		return nil, err
	}
	before, err := s.spent()
	if err != nil {
		return nil, err
	}
	done, err := g.run(ctx, s.url, length)
	if err != nil {
		return nil, err
	}
	after, err := s.spent()
	if err != nil {
		return nil, err
	}
	allNow, failedNow, err := s.counted(ctx)
	if err != nil {
		return nil, err
	}
	if failedNow > failed || s.ops != "" && allNow-all < done.Requests {
		return nil, fmt.Errorf("of %d requests the server has answered %d, %d with a failure", done.Requests, allNow-all, failedNow-failed)
	}
	return perRequest(before, after, done.Requests), nil
}

// perRequest is what one of n requests cost.
func perRequest(before, after []time.Duration, n int) price {
	p := make(price, len(after))
	for i := range after {
		p[i] = float64((after[i] - before[i]).Nanoseconds()) / 1e3 / float64(n)
	}
	return p
}

// row is what was measured of one scenario, a value for each round.
type row struct {
	name   string
	server []price
	bare   []float64
}

// alternate measures both sides in each round, and the other one first in every
// second round: what the machine does meanwhile then meets both.
func alternate(rounds int, server func() (price, error), bare func() (price, error)) (r row, err error) {
	for i := range rounds {
		var ours, theirs price
		steps := []func() error{
			func() (err error) { ours, err = server(); return err },
			func() (err error) { theirs, err = bare(); return err },
		}
		if i%2 == 1 {
			slices.Reverse(steps)
		}
		for _, step := range steps {
			if err := step(); err != nil {
				return r, err
			}
		}
		r.server, r.bare = append(r.server, ours), append(r.bare, theirs.sum())
	}
	return r, nil
}

// ratios are those of the rounds, in ascending order.
func (r row) ratios() []float64 {
	ratios := make([]float64, len(r.server))
	for i := range ratios {
		ratios[i] = r.server[i].sum() / r.bare[i]
	}
	slices.Sort(ratios)
	return ratios
}

// parts are the medians of each process of the server.
func (r row) parts() []float64 {
	medians := make([]float64, len(r.server[0]))
	for i := range medians {
		values := make([]float64, len(r.server))
		for round, p := range r.server {
			values[round] = p[i]
		}
		medians[i] = median(values)
	}
	return medians
}

// total is the median of what all processes of the server spent together.
func (r row) total() float64 {
	sums := make([]float64, len(r.server))
	for round, p := range r.server {
		sums[round] = p.sum()
	}
	return median(sums)
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}
