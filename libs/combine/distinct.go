package combine

import (
	"context"
	"fmt"
)

// Distinct answers identical keys of one batch with one look-up: run sees each
// key once. Callers share the value, so it must not be changed by them.
func Distinct[K comparable, R any](run Func[K, R]) Func[K, R] {
	return func(ctx context.Context, keys []K) []Result[R] {
		place := make(map[K]int, len(keys))
		unique := make([]K, 0, len(keys))
		for _, key := range keys {
			if _, seen := place[key]; !seen {
				place[key] = len(unique)
				unique = append(unique, key)
			}
		}
		found := run(ctx, unique)
		if len(found) != len(unique) {
			return Fail[R](len(keys), fmt.Errorf("combine: %d results for %d distinct keys", len(found), len(unique)))
		}
		if len(unique) == len(keys) {
			return found
		}
		results := make([]Result[R], len(keys))
		for i, key := range keys {
			results[i] = found[place[key]]
		}
		return results
	}
}
