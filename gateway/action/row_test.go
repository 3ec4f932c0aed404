package action_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
)

type listedRow struct {
	UserID      string `json:"userid"`
	FileID      string `json:"fileid"`
	LikeCount   int    `json:"likecount"`
	ViewerCount int    `json:"viewercount"`
	PlayURL     string `json:"playurl"`
	HLSPlayURL  string `json:"hls_play_url"`
}

func TestOverTheBorderEveryRowHasItsOwnNumbersAndURLs(t *testing.T) {
	fakes := gatewaytest.World()
	var page streams.Page
	for i := range 3 {
		user := fmt.Sprintf("u%d", i)
		page.Sessions = append(page.Sessions, streams.Session{User: user, StreamID: "8888_" + user, Number: int64(i)})
		page.Recordings = append(page.Recordings, streams.Recording{User: user, FileID: "f" + user, FLV: "http://v/" + user})
	}
	fakes.Stream.PagesFunc = func(context.Context, []streams.Query) ([]streams.Page, error) { return []streams.Page{page}, nil }
	// Numbers by which each key is known.
	var names []string
	fakes.Counter.GetFunc = func(_ context.Context, keys []counters.Key) ([]int64, error) {
		likes := make([]int64, len(keys))
		for i, key := range keys {
			names = append(names, key.Name)
			likes[i] = number(key.Name)
		}
		return likes, nil
	}
	fakes.Room.SizesFunc = func(_ context.Context, keys []members.Key) ([]int, error) {
		sizes := make([]int, len(keys))
		for i, key := range keys {
			sizes[i] = int(number(key.Name)) + 100
		}
		return sizes, nil
	}

	rows := list(t, fakes)
	if len(rows) != 6 {
		t.Fatalf("%d rows, want 6", len(rows))
	}
	for i, row := range rows {
		name, url := "live\x00"+row.UserID, "http://play/live/8888_"+row.UserID+".flv"
		if i >= 3 {
			name, url = "file\x00"+row.UserID+"\x00f"+row.UserID, "http://v/"+row.UserID
		}
		if !slices.Contains(names, name) || row.UserID != fmt.Sprintf("u%d", i%3) ||
			int64(row.LikeCount) != number(name) || int64(row.ViewerCount) != number(name)+100 || !strings.HasPrefix(row.PlayURL, url) {
			t.Errorf("row %d is %+v", i, row)
		}
	}
}

func TestARecordingAlwaysHasAURLToPlay(t *testing.T) {
	for want, recording := range map[string]streams.Recording{
		"flv": {FLV: "flv", MP4: "mp4", HLS: "hls"},
		"mp4": {MP4: "mp4", HLS: "hls"},
		"hls": {HLS: "hls"},
	} {
		fakes := gatewaytest.World()
		fakes.Stream.PagesFunc = func(context.Context, []streams.Query) ([]streams.Page, error) {
			return []streams.Page{{Total: 1, Recordings: []streams.Recording{recording}}}, nil
		}
		fakes.Signing.PlayFunc = nil // there is nothing to sign
		if rows := list(t, fakes); len(rows) != 1 || rows[0].PlayURL != want || rows[0].HLSPlayURL != "hls" {
			t.Errorf("the row of %+v is %+v", recording, rows)
		}
	}
}

// number is different for all keys of these tests.
func number(name string) (n int64) {
	for _, c := range name {
		n = n*31 + int64(c)
	}
	return n % 1_000_003
}

func list(t *testing.T, fakes gatewaytest.Fakes) []listedRow {
	t.Helper()
	var reply struct {
		Data struct {
			List []listedRow `json:"pusherlist"`
		} `json:"returnData"`
	}
	body := serve(t, fakes, &bytes.Buffer{}, fetchList).Body
	if err := json.Unmarshal(body, &reply); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return reply.Data.List
}
