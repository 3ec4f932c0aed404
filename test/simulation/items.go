package simulation

import (
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// failing carries out items, of which some fail by themselves: about says what each
// is about. The others must not notice.
func failing[T, R any](p *process, items []T, about func(T) string, run func([]T) []combine.Result[R]) []combine.Result[R] {
	w := p.world
	return combine.Sorted(items, func(item T) error {
		if !w.weather.strikes(ItemFails) {
			return nil
		}
		w.tell(nil, "the store of %s fails for %q", p.name, about(item))
		w.model.Excuse(about(item), false)
		return apierr.Wrap(apierr.Storage, errDisk, "storage failed")
	}, run)
}

// readItems is where several items are read from a store at once.
func readItems[T, R any](p *process, items []T, about func(T) string, read func([]T) []combine.Result[R]) []combine.Result[R] {
	if err := p.read(); err != nil {
		return combine.Fail[R](len(items), err)
	}
	return failing(p, items, about, read)
}

// writeItems is write for several items: told is what the model learns of one that
// is committed.
func writeItems[T, R any](
	p *process, items []T, about func(T) string, commit func([]T) []combine.Result[R], told func(T),
) (results []combine.Result[R]) {
	err := p.write(func() error {
		results = failing(p, items, about, commit)
		return combine.Whole(results)
	}, func() {
		for i, item := range items {
			if results[i].Err == nil {
				told(item)
			}
		}
	})
	if err != nil {
		return combine.Fail[R](len(items), err)
	}
	return results
}
