package deployments

import (
	"maps"
	"sync"
	"testing"
)

// Turn replaces one copy of every program by that of other programs, of another version perhaps, as a cluster does
// when it is upgraded: the new one is ready before the old one is told to end. The deployment has several copies.
func (s *System) Turn(t testing.TB, nth int, to Programs) {
	t.Helper()
	var before []*Child
	replace := func(g *group, settings map[string]string) {
		before = append(before, g.Copies[nth])
		g.Copies[nth] = NewChild(to, g.Role)
		g.Copies[nth].Start(t, settings)
	}
	last := len(s.Groups) - 1
	settings := maps.Clone(s.Settings)
	for _, g := range s.Groups[:last] {
		replace(g, s.Settings)
		settings[g.Role.Setting] = g.Address()
	}
	replace(s.Groups[last], settings)
	for _, g := range s.Groups {
		g.Copies[nth].Await(t)
		g.direct()
	}
	var ending sync.WaitGroup
	for _, child := range before {
		ending.Go(func() {
			if err := child.Stop(); err != nil {
				t.Error(err)
			}
		})
	}
	ending.Wait()
}
