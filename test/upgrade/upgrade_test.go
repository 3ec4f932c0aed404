package upgrade_test

import (
	"os"
	"path/filepath"
	"testing"

	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/test/e2e/client"
	"xiaozhibo.dev/test/e2e/deployments"
)

func TestWhatAReleasedVersionHasStoredIsAnsweredAsThen(t *testing.T) {
	built := deployments.Build(t)
	for _, version := range versions(t) {
		t.Run(version, func(t *testing.T) {
			frozen := filepath.Join("testdata", version)
			redis := redistest.Start(t).Addr()
			t.Run("data folder", func(t *testing.T) {
				store := deployments.Bbolt(t)
				unpack(t, filepath.Join(frozen, "data.tar.gz"), store["XZB_DATA_DIR"])
				answers(t, built, store, filepath.Join(frozen, "bbolt.replies"))
			})
			t.Run("data folder, backed up and restored", func(t *testing.T) {
				store, file := deployments.Bbolt(t), filepath.Join(t.TempDir(), "backup")
				unpack(t, filepath.Join(frozen, "data.tar.gz"), store["XZB_DATA_DIR"])
				built.Must(t, client.Changed(settings(), store), "backup", "-output", file)
				restored(t, built, deployments.Redis(redis, "", "")(t), file, filepath.Join(frozen, "bbolt.replies"))
			})
			t.Run("backup into bbolt", func(t *testing.T) {
				restored(t, built, deployments.Bbolt(t), filepath.Join(frozen, "backup"), filepath.Join(frozen, "bbolt.replies"))
			})
			t.Run("backup into redis", func(t *testing.T) {
				restored(t, built, deployments.Redis(redis, "", "")(t), filepath.Join(frozen, "backup"), filepath.Join(frozen, "bbolt.replies"))
			})
			t.Run("redis", func(t *testing.T) {
				store := deployments.Redis(redis, "", "")(t)
				redistest.Load(t, redis, store["XZB_REDIS_PREFIX"], read(t, filepath.Join(frozen, "redis")))
				answers(t, built, store, filepath.Join(frozen, "redis.replies"))
			})
		})
	}
}

// versions are those whose data is frozen, at least one.
func versions(t *testing.T) (names []string) {
	t.Helper()
	folders, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		if folder.IsDir() {
			names = append(names, folder.Name())
		}
	}
	if len(names) == 0 {
		t.Fatal("no data is frozen")
	}
	return names
}

func restored(t *testing.T, built deployments.Programs, store map[string]string, file, replies string) {
	t.Helper()
	if store["XZB_STORE"] == "bbolt" {
		store["XZB_DATA_DIR"] = filepath.Join(store["XZB_DATA_DIR"], "new")
	}
	built.Must(t, client.Changed(settings(), store), "restore", file)
	answers(t, built, store, replies)
}

// answers starts this version on a store, and compares every reply.
func answers(t *testing.T, built deployments.Programs, store map[string]string, replies string) {
	t.Helper()
	compare(t, client.New(t, start(t, built, store)), readQuestions(t, replies))
}
