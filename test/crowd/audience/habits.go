// Package audience is who a crowd is made of: anchors who broadcast, and viewers
// who watch them as the released clients let them. It knows what each of them does
// next and what is true then; it opens no connection and reads no clock.
package audience

import "time"

// Habits are what anchors and viewers do. Times are means; shares are 0 to 1.
type Habits struct {
	PageSize int           // rows of a page, of the list and of the members
	Look     time.Duration // at a page of the list or a room's details, before they go on
	ScrollOn float64       // share of the pages after which they ask for the next
	ByLink   float64       // share that comes by a shared link: GetUserInfo in place of the list

	Stay    time.Duration // in a room
	Poll    time.Duration // between two looks at members and details of the room; 0 is never
	Killed  float64       // share of the visits that end without QuitGroup
	Returns float64       // share of those who quit that open the list again

	Fans     float64       // share that likes at all
	Pause    time.Duration // from one burst of likes to the next
	Burst    int           // most likes in a burst
	TapEvery time.Duration // between the likes of a burst

	Prepare      time.Duration // from the upload of a cover to the push URL, and on to the push
	Repeat       time.Duration // between two ChangeStatus 0, sent again at each reconnect
	EndsEarly    float64       // share of the anchors that end while the crowd is there
	AnchorKilled float64       // share of the anchors that end without ChangeStatus 1
}

// Released are the habits of the released clients: pages of 20, two likes a second
// at most, members asked for once a viewer is in. What is up to people (how long
// they stay, how often they like) and how often an app that is built today polls is
// assumed, and in one place: here.
func Released() Habits {
	return Habits{
		PageSize: 20, Look: 3 * time.Second, ScrollOn: 0.4, ByLink: 0.2,
		Stay: 5 * time.Minute, Poll: 30 * time.Second, Killed: 0.2, Returns: 0.3,
		Fans: 0.3, Pause: 90 * time.Second, Burst: 8, TapEvery: 500 * time.Millisecond,
		Prepare: 2 * time.Second, Repeat: 5 * time.Minute, EndsEarly: 0.2, AnchorKilled: 0.1,
	}
}

// Faster are the same habits in a time that runs times as fast.
func (h Habits) Faster(times float64) Habits {
	for _, d := range []*time.Duration{&h.Look, &h.Stay, &h.Poll, &h.Pause, &h.TapEvery, &h.Prepare, &h.Repeat} {
		*d = time.Duration(float64(*d) / times)
	}
	return h
}
