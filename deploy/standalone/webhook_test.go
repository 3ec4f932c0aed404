package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"xiaozhibo.dev/libs/store/redisdb/redistest"
)

// A server is stopped, or the receiver is down, while something happens: it is told after a restore.
func TestWebhooksThatWaitAreSentAfterARestore(t *testing.T) {
	address := redistest.Start(t).Addr()
	stores := map[string]func(t *testing.T) []string{
		"bbolt": func(t *testing.T) []string { return []string{"-data-dir", filepath.Join(t.TempDir(), "data")} },
		"redis": func(*testing.T) []string {
			return []string{"-store", "redis", "-redis-addrs", address, "-redis-prefix", redistest.Prefix()}
		},
	}
	for _, from := range []string{"bbolt", "redis"} {
		for _, to := range []string{"bbolt", "redis"} {
			t.Run(from+" to "+to, func(t *testing.T) {
				told := make(chan [2]string, 100) // who has gone live, and the id
				receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					var message struct{ Data struct{ Userid string } }
					_ = json.NewDecoder(r.Body).Decode(&message) // what cannot be read is of nobody
					told <- [2]string{message.Data.Userid, r.Header.Get("Webhook-Id")}
				}))
				defer receiver.Close()
				idOf := func(user string) string {
					for {
						if one := <-told; one[0] == user {
							return one[1]
						}
					}
				}
				secret := "whsec_" + base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef"))
				sends := []string{"-webhook-url", receiver.URL, "-webhook-secret", secret, "-webhook-retry-for", "1h", "-changes-ttl", "2h"}
				before, after := stores[from](t), stores[to](t)
				serve := func(args []string, during func(t *testing.T, address string)) {
					t.Run("served", func(t *testing.T) { during(t, start(t, append(args, "-bizid", "8888")...)["http"]) })
				}
				serve(slices.Concat(before, sends), func(t *testing.T, address string) {
					for i := 0; len(told) == 0; i++ { // what is before the first read of the log is told to nobody
						goLive(t, address, fmt.Sprint("early", i%100))
					}
				})
				serve(before, func(t *testing.T, address string) { goLive(t, address, "waits") })
				file := filepath.Join(t.TempDir(), "archive")
				for _, call := range [][]string{slices.Concat([]string{"backup", "-output", file}, before), slices.Concat([]string{"restore"}, after, []string{file})} {
					if said, err := run(t, call...); err != nil {
						t.Fatalf("%v: %q, %v", call, said, err)
					}
				}
				var ids []string
				for _, store := range [][]string{after, before} { // the one before may go on, too: the receiver knows the id
					serve(slices.Concat(store, sends), func(*testing.T, string) { ids = append(ids, idOf("waits")) })
				}
				if ids[0] != ids[1] || ids[0] == "" {
					t.Errorf("the ids are %q", ids)
				}
			})
		}
	}
}

func goLive(t *testing.T, address, user string) {
	t.Helper()
	for _, request := range []string{
		fmt.Sprintf(`{"Action":"RequestLVBAddr","userid":%q,"groupid":"g","title":"room"}`, user),
		fmt.Sprintf(`{"Action":"ChangeStatus","userid":%q,"status":0}`, user),
	} {
		if reply := post(t, address, request); !strings.HasPrefix(reply, `{"returnValue":0,`) {
			t.Fatalf("%s is answered %s", request, reply)
		}
	}
}
