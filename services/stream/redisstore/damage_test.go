package redisstore_test

import (
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/services/stream"
)

func TestADamagedRoomHarmsNoOtherAndIsReplacedByItsNextSession(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		for _, text := range []string{`XX {"room":`, "", " ", "no-space", "\xff\xfe\x00x", "\xff {}z", `X` + "\t" + `Y {}z`} {
			config := stream.Config{LiveTTL: time.Hour, RecordingWindow: time.Hour, AnchorTTL: time.Hour}
			db := open(t, redistest.Prefix(), nil)
			service := stream.New(config, mustOpen(t, db, config))
			for _, user := range []string{"bad", "good"} {
				opens(t, service, user, "g1")
				if err := service.SetStatus(t.Context(), streams.Status{User: user, Online: true}); err != nil {
					t.Fatal(err)
				}
			}
			before, err := combine.One(service.Sessions(t.Context(), []string{"bad"}))
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Client().HSet(t.Context(), db.Key("stream", "catalogue", ":rooms"), "bad", text).Err(); err != nil {
				t.Fatal(err)
			}

			sessions := service.Sessions(t.Context(), []string{"bad", "good"})
			if apierr.CodeOf(sessions[0].Err) != apierr.Storage || sessions[1].Err != nil || sessions[1].Value == nil {
				t.Errorf("%q: rooms %v", text, sessions)
			}
			page := list(t, service)
			if len(page.Sessions) != 1 || page.Sessions[0].User != "good" || page.Total != 2 {
				t.Errorf("%q: the list is %+v, want the other row and a total with both", text, page)
			}
			if err := service.SetStatus(t.Context(), streams.Status{User: "good", Online: true}); err != nil {
				t.Errorf("%q: the status of the other: %v", text, err)
			}
			if err := service.SetStatus(t.Context(), streams.Status{User: "bad"}); err == nil {
				t.Errorf("%q: the status of a damaged room was set", text)
			}

			if err := service.Sweep(t.Context()); err != nil {
				t.Errorf("%q: Sweep: %v", text, err)
			}
			if page := list(t, service); page.Total != 1 {
				t.Errorf("%q: after a sweep the list is %+v", text, page)
			}
			if again := opens(t, service, "bad", "g2"); again.Number <= before.Number {
				t.Errorf("%q: the new session is %d, want one above %d", text, again.Number, before.Number)
			}
			if err := service.SetStatus(t.Context(), streams.Status{User: "bad", Online: true}); err != nil {
				t.Errorf("%q: the status of a room that was begun anew: %v", text, err)
			}
			if page := list(t, service); len(page.Sessions) != 2 || page.Total != 2 {
				t.Errorf("%q: the list is %+v, want both", text, page)
			}
		}
	})
}

func TestADamagedRoomThatIsDueHoldsNoListUp(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		config := stream.Config{LiveTTL: time.Nanosecond, RecordingWindow: time.Hour, AnchorTTL: time.Hour}
		db := open(t, redistest.Prefix(), nil)
		service := stream.New(config, mustOpen(t, db, config))
		opens(t, service, "bad", "g1")
		if err := db.Client().HSet(t.Context(), db.Key("stream", "catalogue", ":rooms"), "bad", "XX {").Err(); err != nil {
			t.Fatal(err)
		}
		if page := list(t, service); page.Total != 0 {
			t.Errorf("the list is %+v", page)
		}
	})
}

func opens(t *testing.T, service *stream.Service, user, group string) streams.Session {
	t.Helper()
	opened, err := service.Open(t.Context(), streams.Opening{User: user, StreamID: "s_" + user, Group: group, Title: "t"})
	if err != nil {
		t.Fatal(err)
	}
	return opened.Session
}

func list(t *testing.T, service *stream.Service) streams.Page {
	t.Helper()
	page, err := combine.One(service.Pages(t.Context(), []streams.Query{{Live: true, Limit: 10}}))
	if err != nil {
		t.Fatal(err)
	}
	return page
}
