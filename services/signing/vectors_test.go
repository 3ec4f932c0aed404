package signing_test

import (
	"testing"

	"xiaozhibo.dev/services/signing"
)

func TestURLsAreSignedAsPublished(t *testing.T) {
	for _, vector := range []struct{ name, got, want string }{
		{
			"push", signing.PushURL("8888.livepush.myqcloud.com", "8888", "8888_tom_qq_1_a", "testpushkey", 1480010800),
			"rtmp://8888.livepush.myqcloud.com/live/8888_tom_qq_1_a?bizid=8888" +
				"&txSecret=4d089f3cb10f5bbe3879a1e2067a8a02&txTime=58372C30",
		},
		{
			"push, the platform's own example", signing.PushURL("d", "8888", "11212122", "txrtmp", 0x579ACB15),
			"rtmp://d/live/11212122?bizid=8888&txSecret=2133c689c452f0bf81b1a88261f1d9a6&txTime=579ACB15",
		},
		{
			"push, unsigned", signing.PushURL("d", "8888", "8888_tom", "", 1480010800),
			"rtmp://d/live/8888_tom?bizid=8888",
		},
		{
			"play", signing.PlayURLs("8888.liveplay.myqcloud.com", "8888_tom_qq_1_a", "testplaykey", 1480086400).FLV,
			"http://8888.liveplay.myqcloud.com/live/8888_tom_qq_1_a.flv" +
				"?txSecret=593334a8c500aa6b5b1b00a62b4245f1&txTime=58385380",
		},
		{
			"play, unsigned", signing.PlayURLs("d", "8888_tom", "", 1480086400).HLS,
			"http://d/live/8888_tom.m3u8",
		},
	} {
		if vector.got != vector.want {
			t.Errorf("%s:\n%s\nwant\n%s", vector.name, vector.got, vector.want)
		}
	}
}

func TestUploadsAreSignedAsPublished(t *testing.T) {
	got := signing.COSSign("1250000000", "demo", "AKIDEXAMPLE", "SECRETEXAMPLE", 1480000000, 1480000030, 123456789)
	want := "iiOIzZ+xhfkb5TlwVdvhHAdSxTNhPTEyNTAwMDAwMDAmYj1kZW1vJms9QUtJREVYQU1QTEUmZT0xNDgwMDAwMDMw" +
		"JnQ9MTQ4MDAwMDAwMCZyPTEyMzQ1Njc4OSZmPQ=="
	if got != want {
		t.Errorf("signature\n%s\nwant\n%s", got, want)
	}
}
