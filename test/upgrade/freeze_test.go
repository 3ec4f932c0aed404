package upgrade_test

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/test/e2e/client"
	"xiaozhibo.dev/test/e2e/deployments"
)

// What make freeze sets: what to freeze, and the folder of the programs that do it.
var (
	freeze   = flag.String("freeze", "", "version whose data to freeze in testdata")
	programs = flag.String("programs", "", "folder of the programs of that version, where standalone is one")
)

// TestFreeze lets a version store some of everything, and keeps that and its replies.
func TestFreeze(t *testing.T) {
	if *freeze == "" {
		t.Skip("freezes the data of a release: make freeze VERSION=…")
	}
	into := filepath.Join("testdata", *freeze)
	if _, err := os.Stat(into); err == nil {
		t.Fatalf("%s is there: what was released does not change", into)
	}
	if err := os.MkdirAll(into, 0o700); err != nil {
		t.Fatal(err)
	}
	built := deployments.Built(*programs)
	t.Run("bbolt", func(t *testing.T) {
		store := map[string]string{"XZB_STORE": "bbolt", "XZB_DATA_DIR": t.TempDir()}
		asked := played(t, built, store)
		pack(t, store["XZB_DATA_DIR"], filepath.Join(into, "data.tar.gz"))
		built.Must(t, client.Changed(settings(), store), "backup", "-output", filepath.Join(into, "backup"))
		record(t, built, store, asked, filepath.Join(into, "bbolt.replies"))
	})
	t.Run("redis", func(t *testing.T) {
		address := redistest.Start(t).Addr()
		store := deployments.Redis(address, "", "")(t)
		asked := played(t, built, store)
		write(t, filepath.Join(into, "redis"), redistest.Dump(t, address, store["XZB_REDIS_PREFIX"]))
		record(t, built, store, asked, filepath.Join(into, "redis.replies"))
	})
}

// played plays on an empty store, and ends the process.
func played(t *testing.T, built deployments.Programs, store map[string]string) (asked []question) {
	t.Run("play", func(t *testing.T) {
		system := startWith(t, built, store, outside())
		asked = append(play(client.New(t, system)), playOutside(t, system)...)
	})
	return asked
}

// record asks everything, and keeps the replies.
func record(t *testing.T, built deployments.Programs, store map[string]string, asked []question, path string) {
	c := client.New(t, start(t, built, store))
	for i := range asked {
		asked[i].Reply = asked[i].ask(c)
	}
	writeQuestions(t, path, asked)
}

// start starts one process on a store, until t ends.
func start(t *testing.T, built deployments.Programs, store map[string]string) client.Server {
	t.Helper()
	return startWith(t, built, store, settings())
}

func startWith(t *testing.T, built deployments.Programs, store, settings map[string]string) *deployments.System {
	t.Helper()
	return deployments.StartOne(t, deployments.Deployment{
		Programs: built, Settings: settings,
		Store: func(testing.TB) map[string]string { return maps.Clone(store) },
	})
}
