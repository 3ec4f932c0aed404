package client_test

import (
	"net/url"
	"testing"

	"xiaozhibo.dev/test/e2e/client"
)

// The contract's own examples: what checks signatures here must agree with them.
func TestPublishedURLSignaturesAreAccepted(t *testing.T) {
	for _, example := range []struct{ key, stream, txTime, secret string }{
		{"testpushkey", "8888_tom_qq_1_a", "58372C30", "4d089f3cb10f5bbe3879a1e2067a8a02"},
		{"txrtmp", "11212122", "579ACB15", "2133c689c452f0bf81b1a88261f1d9a6"},
		{"testplaykey", "8888_tom_qq_1_a", "58385380", "593334a8c500aa6b5b1b00a62b4245f1"},
	} {
		query := url.Values{"txSecret": {example.secret}, "txTime": {example.txTime}}
		if _, err := client.CheckTxSecret(query, example.key, example.stream); err != nil {
			t.Error(err)
		}
	}
}

func TestThePublishedEventSignIsComputed(t *testing.T) {
	if got, want := client.HexMD5("testcallbackkey", "1480000600"), "42e11a76c9fa5f2485180d12dcb3f450"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestThePublishedCOSSignatureIsAccepted(t *testing.T) {
	const sign = "iiOIzZ+xhfkb5TlwVdvhHAdSxTNhPTEyNTAwMDAwMDAmYj1kZW1vJms9QUtJREVYQU1QTEUmZT0xNDgwMDAwMDMwJnQ9MTQ4MDAwMDAwMCZyPTEyMzQ1Njc4OSZmPQ=="
	got, err := client.ParseCOSSign(sign, "1250000000", "demo", "AKIDEXAMPLE", "SECRETEXAMPLE")
	if err != nil {
		t.Fatal(err)
	}
	if got.Signed.Unix() != 1480000000 || got.Expires.Unix() != 1480000030 || got.Random != "123456789" {
		t.Errorf("got %+v", got)
	}
}

func TestClientsReadStreamIDsOutOfURLs(t *testing.T) {
	for link, want := range map[string]string{
		"rtmp://8888.livepush.myqcloud.com/live/8888_tom?bizid=8888": "8888_tom",
		"http://8888.liveplay.myqcloud.com/live/8888_TOM.flv?x=1":    "8888_tom",
		"http://8888.liveplay.myqcloud.com/live/8888_tom":            "8888_tom",
		"http://8888.liveplay.myqcloud.com/other/8888_tom":           "",
	} {
		if got := client.StreamIDIn(link); got != want {
			t.Errorf("%s: got %q, want %q", link, got, want)
		}
	}
}
