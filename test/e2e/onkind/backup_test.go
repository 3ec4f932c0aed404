//go:build kind

package onkind_test

import (
	"context"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

// The blocks of docs/backup.md: the last two are two ways to go on.
const (
	schedule = iota
	atOnce
	restore
	ontoRedis
	ontoBbolt
	backupBlocks
)

// restored carries out docs/backup.md: what a job of the CronJob has written is restored, onto Redis or bbolt, and
// all that came later is gone.
func (r reader) restored(t *testing.T, c *caller, onto int) {
	document := blocks(t, "backup.md", backupBlocks)
	const who = "backed-up"
	like := func() {
		c.must(t, "ChangeCount", fields{"userid": who, "type": 1, "optype": 0, "flag": 0})
	}
	c.must(t, "RequestLVBAddr", fields{"userid": who, "groupid": who, "title": "a room with a backup"})
	c.must(t, "ChangeStatus", fields{"userid": who, "status": 0})
	c.must(t, "EnterGroup", fields{"userid": "ann", "liveuserid": who, "groupid": who, "flag": 0})
	like()

	r.run(t, document[schedule])
	r.answersAgain(t, c)
	r.run(t, document[atOnce])
	like()
	r.run(t, document[restore], document[onto])
	r.answersAgain(t, c)
	// Of Redis under another prefix the old one is served, too, until the pods of before have ended.
	client.Eventually(t, 2*time.Minute, "there are the title, the like and the viewer of before the backup, and no more", func() bool {
		info, err := c.do(t.Context(), "GetUserInfo", fields{"userid": who, "type": 0})
		return err == nil && info["title"] == "a room with a backup" && info["likecount"] == 1.0 && info["viewercount"] == 1.0
	})
	like()
}

// answersAgain returns when every service is reached, after pods were replaced.
func (r reader) answersAgain(t *testing.T, c *caller) {
	t.Helper()
	client.Eventually(t, 2*time.Minute, "every service answers", func() bool {
		for _, action := range []string{"FetchList", "GetCOSSign"} {
			if _, err := c.do(context.WithoutCancel(t.Context()), action, fields{"flag": 3, "pageno": 1, "pagesize": 20}); err != nil {
				return false
			}
		}
		return true
	})
}
