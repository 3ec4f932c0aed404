package folder_test

import (
	"sync"
	"testing"
)

// Services of one folder are processes of their own that start at the same time.
func TestServicesMayStartTogether(t *testing.T) {
	for name, before := range map[string]spoil{
		"in a new folder":               func(*testing.T, string) {},
		"after a start that was killed": write("set.new-1", "se"),
		"on files of earlier times":     fill,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 15 {
				dir := t.TempDir()
				before(t, dir)
				var starts sync.WaitGroup
				for _, service := range services {
					starts.Go(func() {
						if _, err := prepare(dir, service); err != nil {
							t.Errorf("%s: %v", service, err)
						}
					})
				}
				starts.Wait()
				if t.Failed() {
					return
				}
				mustPrepare(t, dir)
				for _, service := range services {
					if metaOf(t, dir, service)["set"] != metaOf(t, dir, "stream")["set"] {
						t.Errorf("%s is of another set", service)
					}
				}
			}
		})
	}
}
