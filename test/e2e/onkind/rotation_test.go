//go:build kind

package onkind_test

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net/url"
	"path"
	"testing"
	"time"

	"xiaozhibo.dev/deploy/kind/cluster"
)

// rotationTime is how long new URLs may be signed with the old key after the
// Secret has changed. The kubelet of this cluster looks every ten seconds, others
// once a minute.
const rotationTime = 2 * time.Minute

// rotation changes the push key in the Secret, under load.
func (r *release) rotation(t *testing.T) {
	c := r.caller()
	asked := fields{"userid": "rotation", "groupid": "rotation", "title": "rotation"}
	signedWith := func(key string) bool {
		text, _ := c.must(t, "RequestLVBAddr", asked)["pushurl"].(string)
		push, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		query := push.Query()
		sum := md5.Sum([]byte(key + path.Base(push.Path) + query.Get("txTime")))
		return query.Get("txSecret") == hex.EncodeToString(sum[:])
	}
	keys := cluster.DemoKeys()
	if !signedWith(keys["push-key"]) {
		t.Fatal("a push URL is not signed with the key of the Secret")
	}
	before := restarts(r.pods(t))
	l := r.load(t)
	began := now()
	keys["push-key"] = "anotherpushkey"
	if err := r.SetSecret(t.Context(), r.namespace, "xiaozhibo-keys", "Opaque", keys); err != nil {
		t.Fatal(err)
	}
	// Every copy has to have seen it: as many URLs in a row as make a miss unlikely.
	for row := 0; row < 30; time.Sleep(100 * time.Millisecond) {
		if signedWith(keys["push-key"]) {
			row++
		} else {
			row = 0
		}
		if time.Since(began) > rotationTime {
			t.Fatalf("URLs are still signed with the old key after %s", rotationTime)
		}
	}
	t.Logf("every new URL is signed with the new key after %s", since(began))
	if after := restarts(r.pods(t)); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("pods and their restarts were %v, and are %v", before, after)
	}
	l.noneFailed(t, began)
	l.end(t)
	if err := r.SetSecret(t.Context(), r.namespace, "xiaozhibo-keys", "Opaque", cluster.DemoKeys()); err != nil {
		t.Fatal(err)
	}
}

// restarts are the restarts of each pod, by name.
func restarts(pods []pod) map[string]int {
	count := map[string]int{}
	for _, p := range pods {
		for _, container := range p.Status.ContainerStatuses {
			count[p.Metadata.Name] += container.RestartCount
		}
	}
	return count
}
