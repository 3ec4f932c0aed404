//go:build !race

// One goroutine does the same again and again: the race detector has nothing to compare here. make unraced runs it.

package fairuse_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/gateway/fairuse"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/telemetry/telemetrytest"
)

// recommended are the limits of the chart's example.
func recommended(t *testing.T) fairuse.Config {
	t.Helper()
	text, err := os.ReadFile("../../deploy/helm/xiaozhibo/ci/hardened-values.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var config fairuse.Config
	for i := range reflect.TypeFor[fairuse.Config]().NumField() {
		name := reflect.TypeFor[fairuse.Config]().Field(i).Name
		found := regexp.MustCompile(`(?m)^  ` + strings.ToLower(name[:1]) + name[1:] + `: (\d+)$`).FindSubmatch(text)
		if found == nil {
			t.Fatalf("the example has no %s", name)
		}
		value, err := strconv.Atoi(string(found[1]))
		if err != nil {
			t.Fatal(err)
		}
		reflect.ValueOf(&config).Elem().Field(i).SetInt(int64(value))
	}
	return config
}

// A carrier's address at its fullest: 20,000 phones at a time, and others in their place
// as time passes; most watch one room, some look around, some broadcast.
const (
	phones     = 20_000
	renewed    = 50 // phones that are replaced, each 10 s: 18,000 in an hour
	popular    = "live\x00star"
	otherRooms = 3000
	anchors    = 300
)

// crowd is honest.
type crowd struct {
	t      *testing.T
	limits *fairuse.Limits
	random *rand.Rand
	users  []string
	made   int
	likes  int
}

// The example's limits are for users with proofs; an address is what the crowd has in common.
func TestAnHonestCrowdBehindOneAddressNeverMeetsTheRecommendedLimits(t *testing.T) {
	now := time.Unix(1480000000, 0)
	recorder := telemetrytest.New()
	limits, err := fairuse.New(recommended(t), func() time.Time { return now }, recorder.Scope())
	if err != nil {
		t.Fatal(err)
	}
	c := &crowd{t: t, limits: limits, random: rand.New(rand.NewPCG(1, 2))} //nolint:gosec // not a secret
	for range phones {
		c.users = append(c.users, "")
	}
	for second := range 3600 {
		switch {
		case second < 10: // everybody comes when the star goes online
			c.arrive(phones/10*second, phones/10*(second+1))
		case second%10 == 0:
			from := second / 10 * renewed % phones
			c.arrive(from, from+renewed)
		}
		c.look()
		c.broadcast(second)
		c.like(second)
		now = now.Add(time.Second)
	}
	for name, value := range recorder.Values(t) {
		if value != 0 {
			t.Errorf("%s is %d", name, value)
		}
	}
	t.Logf("%d users, %d likes", c.made, c.likes)
}

func (c *crowd) arrive(from, to int) {
	for i := from; i < to; i++ {
		c.made++
		c.users[i] = fmt.Sprint("user", c.made)
		c.enter(c.users[i], popular)
		if c.random.IntN(50) == 0 {
			c.enter(c.users[i], popular) // no answer came
		}
	}
}

func (c *crowd) enter(user, room string) {
	from := home
	from.User = user
	if err := c.limits.Enter(c.t.Context(), from, user, room); err != nil {
		c.t.Fatalf("%s enters %s: %v", user, room, err)
	}
}

// look: 20 phones a second visit another room.
func (c *crowd) look() {
	for range 20 {
		if user := c.somebody(); user != "" {
			c.enter(user, fmt.Sprint("live\x00anchor", c.random.IntN(otherRooms)))
		}
	}
}

func (c *crowd) somebody() string { return c.users[c.random.IntN(phones)] }

// broadcast: each anchor begins once in ten minutes, with a retry, and says it is alive.
func (c *crowd) broadcast(second int) {
	for i := second % 600; i < anchors; i += 600 {
		user := fmt.Sprint("anchor", i)
		from := home
		from.User = user
		opening := streams.Opening{User: user, Group: fmt.Sprint(second), Title: "t"}
		for _, change := range []fairuse.Change{
			{Status: streams.Status{User: user}}, {Opening: opening}, {Opening: opening}, {Status: streams.Status{User: user, Online: true}},
		} {
			if err := c.limits.Change(c.t.Context(), from, change); err != nil {
				c.t.Fatalf("%s: %v", user, err)
			}
		}
		for range 2 { // a cover, once more because no answer came
			if err := c.limits.Upload(c.t.Context(), from); err != nil {
				c.t.Fatalf("%s: %v", user, err)
			}
		}
	}
}

// like: a fan taps five times a second for ten seconds, 200 at a time; and now and then
// everybody does.
func (c *crowd) like(second int) {
	fans := 200
	if second%900 >= 600 && second%900 < 603 {
		fans = phones
	}
	for i := range fans {
		from := home
		from.User = c.users[(i+second/10*200)%phones]
		for range 5 {
			if from.User == "" {
				continue
			}
			c.likes++
			c.limits.Likes(c.t.Context(), from, "star")
		}
	}
}

// What a stranger does against the same limits, without any proof.
func TestAStrangerAtOneAddressGetsAsFarAsTheRecommendedLimits(t *testing.T) {
	now := time.Unix(1480000000, 0)
	config := recommended(t)
	limits, err := fairuse.New(config, func() time.Time { return now }, telemetrytest.New().Scope())
	if err != nil {
		t.Fatal(err)
	}
	done := map[string]int{}
	try := func(what string, err error) {
		if err == nil {
			done[what]++
		}
	}
	for i := range 100_000 {
		if limits.Likes(t.Context(), home, "tom") {
			done["likes"]++
		}
		bot := fmt.Sprint("bot", i)
		try("uploads signed", limits.Upload(t.Context(), home))
		try("members", limits.Enter(t.Context(), home, bot, popular))
		try("rooms ended", limits.Change(t.Context(), home, fairuse.Change{Status: streams.Status{User: bot}}))
		try("changes of one", limits.Change(t.Context(), office, fairuse.Change{Opening: streams.Opening{User: "tom", Title: bot}}))
	}
	want := map[string]int{
		"likes": config.MaxLikesPerClient, "members": config.MaxMembersPerAddress,
		"uploads signed": config.MaxUploadsPerAddress,
		"rooms ended":    config.MaxAnchorsPerAddress, "changes of one": config.MaxChangesPerUser,
	}
	if !reflect.DeepEqual(done, want) {
		t.Errorf("did %v, want %v", done, want)
	}
}
