package store

import (
	"context"
	"time"

	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/libs/store/boltfile"
)

// watchInterval is how soon it is told that a data folder has gone.
const watchInterval = time.Second

// watch makes the process unready, and tells why, while the file that a service
// has open is not the one that its path leads to. Writes are refused by then.
func watch(runtime *program.Runtime, service, path string) error {
	opened, err := boltfile.Identify(path)
	if err != nil {
		return err
	}
	runtime.Health().AddCheck("store of "+service, func(context.Context) error { return opened.Check() })
	gone := false
	look := func(context.Context) {
		err := opened.Check()
		if err != nil && !gone {
			runtime.Log.Error("the data file has gone, writes are refused", "service", service, "err", err)
		}
		gone = err != nil
	}
	runtime.Add(lifecycle.Part{Name: "watch of " + service, Run: lifecycle.Every(watchInterval, runtime.Log, look)})
	return nil
}
