package webhook

import (
	"math/rand/v2"
	"time"
)

// pauses are those after the first attempts; after that it is the last of them.
var pauses = []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute}

// maxRetryAfter bounds how long a receiver may ask to be left alone.
const maxRetryAfter = time.Hour

// pause is how long to wait after so many attempts, at least one, give or take a tenth: webhooks that failed together are not
// all sent again together. asked is what the receiver has asked for, 0 for nothing; it can only make a pause longer.
func pause(attempts int, asked time.Duration) time.Duration {
	p := pauses[min(attempts, len(pauses))-1]
	p += rand.N(p/5) - p/10
	return max(p, min(asked, maxRetryAfter))
}
