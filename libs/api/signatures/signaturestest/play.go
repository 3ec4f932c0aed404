package signaturestest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

func (s suite) wantPlay(service signatures.Service, streamIDs []string, want ...signatures.PlayURLs) {
	s.t.Helper()
	got, err := combine.All(service.Play(s.t.Context(), streamIDs))
	if err != nil {
		s.t.Fatalf("Play: %v", err)
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("Play returned\n%+v\nwant\n%+v", got, want)
	}
}

func play(domain, streamID, query string) signatures.PlayURLs {
	base := "http://" + domain + "/live/" + streamID
	return signatures.PlayURLs{FLV: base + ".flv" + query, HLS: base + ".m3u8" + query}
}

// playVectors holds those of push URLs too: one formula signs both.
func (s suite) playVectors() {
	for _, vector := range []struct {
		key, streamID  string
		expires        int64
		secret, txTime string
	}{
		{"testplaykey", "8888_tom_qq_1_a", 1480086400, "593334a8c500aa6b5b1b00a62b4245f1", "58385380"},
		{"testpushkey", "8888_tom_qq_1_a", 1480010800, "4d089f3cb10f5bbe3879a1e2067a8a02", "58372C30"},
		{"txrtmp", "11212122", 1469762325, "2133c689c452f0bf81b1a88261f1d9a6", "579ACB15"},
	} {
		const ttl = time.Hour
		s.clock.Move(time.Unix(vector.expires, 0).Add(-ttl).Sub(s.clock.Now()))
		service := s.open(Settings{BizID: "8888", PlayKey: vector.key, PlayTTL: ttl})
		query := "?txSecret=" + vector.secret + "&txTime=" + vector.txTime
		s.wantPlay(service, []string{vector.streamID}, play("8888.liveplay.myqcloud.com", vector.streamID, query))
	}
}

func (s suite) playUnsigned() {
	s.wantPlay(s.open(Settings{BizID: "8888"}), []string{"8888_tom"}, play("8888.liveplay.myqcloud.com", "8888_tom", ""))
}

func (s suite) playDefault() {
	service := s.open(Settings{BizID: "8888", PlayKey: "k"})
	for _, want := range []int64{begin + day, begin + day + 1} {
		s.wantPlay(service, []string{"8888_tom"},
			play("8888.liveplay.myqcloud.com", "8888_tom", "?"+liveSignature("k", "8888_tom", want)))
		s.clock.Move(time.Nanosecond)
	}
}

func (s suite) playOrder() {
	service := s.open(Settings{PlayDomain: "play.example.com"})
	s.wantPlay(service, []string{"1_b", "1_a", "1_b", "1_-_5f"},
		play("play.example.com", "1_b", ""), play("play.example.com", "1_a", ""),
		play("play.example.com", "1_b", ""), play("play.example.com", "1_-_5f", ""))
	s.wantPlay(service, nil)

	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			own := fmt.Sprintf("1_%d", i)
			for range 5 {
				s.wantPlay(service, []string{own, "1_shared"},
					play("play.example.com", own, ""), play("play.example.com", "1_shared", ""))
			}
		})
	}
	group.Wait()
}

// playOwnership has callers of the same, at the same time, overwrite what each was given.
func (s suite) playOwnership() {
	service := s.open(Settings{PlayDomain: "play.example.com"})
	want := play("play.example.com", "1_shared", "")
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for range 20 {
				got := service.Play(s.t.Context(), []string{"1_shared", "1_shared"})
				for i := range got {
					if got[i].Err != nil || got[i].Value != want {
						s.t.Errorf("place %d has %v, want %v", i, got[i], want)
					}
					got[i].Value = signatures.PlayURLs{FLV: "of another caller"}
				}
			}
		})
	}
	group.Wait()
}

func (s suite) playNotConfigured() {
	service := s.open(Settings{PushDomain: "push.example.com", PlayKey: "k"})
	_, err := combine.All(service.Play(s.t.Context(), []string{"8888_tom"}))
	s.wantMissing(err, "bizid")
	s.wantMissing(err, "play_domain")
	s.wantPlay(service, nil)
}

func (s suite) badStreamID() {
	service := s.open(Settings{BizID: "8888", PlayKey: "k"})
	for _, id := range []string{
		"", "8888_A", "a?b", "a&b", "a/b", "a.b", "a b", "a%20", "中", "a\xff", "a\n", strings.Repeat("a", 513),
	} {
		got := service.Play(s.t.Context(), []string{id, "8888_tom"})
		s.wantCode(fmt.Sprintf("Play(%q)", id), got[0].Err, apierr.Invalid)
		if len(got) != 2 || got[1].Err != nil || got[1].Value.FLV == "" {
			s.t.Errorf("the id beside %q got %v", id, got)
		}
	}
}
