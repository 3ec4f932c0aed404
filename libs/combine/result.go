package combine

import "xiaozhibo.dev/libs/apierr"

// Result is what became of one item: its value or its error. A caller owns the slice of its
// results. The value may point to memory that it shares with other callers who asked for the
// same. Nobody may change it. A value that stands beside an error means nothing.
type Result[R any] struct {
	Value R
	Err   error
}

// Written is what became of one write that returns nothing: its error, nil if it was made.
type Written = Result[struct{}]

// OK returns a result for each value.
func OK[R any](values []R) []Result[R] {
	results := make([]Result[R], len(values))
	for i, value := range values {
		results[i].Value = value
	}
	return results
}

// Fail returns n results with the same error; with nil, those of n writes that
// succeeded and have no value.
func Fail[R any](n int, err error) []Result[R] {
	results := make([]Result[R], n)
	for i := range results {
		results[i].Err = err
	}
	return results
}

// One returns the result of a call with one item. It panics if there is none.
func One[R any](results []Result[R]) (R, error) {
	return results[0].Value, results[0].Err
}

// All returns every value, or the first error, for a caller to whom a part is
// of no use.
func All[R any](results []Result[R]) ([]R, error) {
	if results == nil {
		return nil, nil
	}
	values := make([]R, len(results))
	for i, r := range results {
		if r.Err != nil {
			return nil, r.Err
		}
		values[i] = r.Value
	}
	return values, nil
}

// Whole returns the error of a call that failed as a whole: every item has an
// error, all with the same code. It returns the first of them, else nil.
func Whole[R any](results []Result[R]) error {
	if len(results) == 0 {
		return nil
	}
	first := results[0].Err
	for _, r := range results {
		if r.Err == nil || apierr.CodeOf(r.Err) != apierr.CodeOf(first) {
			return nil
		}
	}
	return first
}

// Checked carries out the items that have no fault of their own, by run, and
// gives each of the others the error of its Check.
func Checked[T interface{ Check() error }, R any](items []T, run func(items []T) []Result[R]) []Result[R] {
	return Sorted(items, T.Check, run)
}

// Sorted is Checked with a check of another kind.
func Sorted[T, R any](items []T, check func(T) error, run func(items []T) []Result[R]) []Result[R] {
	var refused map[int]error
	for i, item := range items {
		if err := check(item); err != nil {
			if refused == nil {
				refused = map[int]error{}
			}
			refused[i] = err
		}
	}
	if refused == nil {
		return run(items)
	}
	results := make([]Result[R], len(items))
	var good []T
	var places []int
	for i, item := range items {
		if err, bad := refused[i]; bad {
			results[i].Err = err
			continue
		}
		good, places = append(good, item), append(places, i)
	}
	if len(good) == 0 {
		return results
	}
	for i, r := range run(good) {
		results[places[i]] = r
	}
	return results
}
