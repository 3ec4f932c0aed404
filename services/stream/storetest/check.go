package storetest

import (
	"reflect"
	"slices"

	"pgregory.net/rapid"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
)

// check is what must hold after every step.
func (m *machine) check(t *rapid.T) {
	m.checkRooms(t)
	m.checkRecordings(t)
	m.checkPages(t)
}

func (m *machine) checkRooms(t *rapid.T) {
	users := m.model.users()
	sessions, err := combine.All(m.store.Sessions(t.Context(), users))
	if err != nil {
		t.Fatalf("Rooms: %v", err)
	}
	fences, err := combine.All(m.store.Fences(t.Context(), users))
	if err != nil {
		t.Fatalf("Fences: %v", err)
	}
	for i, user := range users {
		want := m.model.session(user, m.clock.Now())
		if !reflect.DeepEqual(sessions[i], want) {
			t.Fatalf("the room of %q is %+v, want %+v", user, sessions[i], want)
		}
		if fences[i] != streams.FenceOf(want) {
			t.Fatalf("the fence of %q is %+v, want that of %+v", user, fences[i], want)
		}
	}
	for id, want := range m.model.streams {
		if user, err := m.store.UserOf(t.Context(), id); err != nil || user != want {
			t.Fatalf("UserOf(%q): %q, %v, want %q", id, user, err, want)
		}
	}
}

// checkRecordings asks for every file id of one user: most lead to nothing.
func (m *machine) checkRecordings(t *rapid.T) {
	var keys []streams.FileKey
	user := m.model.drawUser(t)
	for _, id := range fileIDs {
		keys = append(keys, streams.FileKey{User: user, FileID: id})
	}
	found, err := combine.All(m.store.Recordings(t.Context(), keys))
	if err != nil {
		t.Fatalf("Recordings: %v", err)
	}
	for i, key := range keys {
		if want := m.model.recording(key.User, key.FileID); !reflect.DeepEqual(found[i], want) {
			t.Fatalf("the recording %+v is %+v, want %+v", key, found[i], want)
		}
	}
}

// checkPages compares the whole list, and any part of it.
func (m *machine) checkPages(t *rapid.T) {
	queries := []streams.Query{{Live: true, Recorded: true, Limit: 1000}, {
		Live:     rapid.Bool().Draw(t, "live"),
		Recorded: rapid.Bool().Draw(t, "recorded"),
		Offset:   rapid.IntRange(0, 12).Draw(t, "offset"),
		Limit:    rapid.IntRange(0, 12).Draw(t, "limit"),
	}}
	slices.Reverse(queries) // the narrow one first: it must not rely on the other
	pages, err := combine.All(m.store.Pages(t.Context(), queries))
	if err != nil {
		t.Fatalf("Pages: %v", err)
	}
	for i, q := range queries {
		want := m.model.page(q, m.clock.Now())
		got := pages[i]
		if got.Total != want.Total || !slices.Equal(got.Sessions, want.Sessions) || !slices.Equal(got.Recordings, want.Recordings) {
			t.Fatalf("the page %+v is\n%+v, want\n%+v", q, got, want)
		}
	}
}
