package client_test

import (
	"strings"
	"testing"

	"xiaozhibo.dev/test/e2e/client"
)

func TestAProperEnvelopeIsAccepted(t *testing.T) {
	for _, body := range []string{
		`{"returnValue":0,"returnMsg":"","returnData":{}}`,
		`{"returnData":{"a":{"b":[1,"x",-2147483648]}},"returnMsg":"ok","returnValue":0}`,
		`{"returnValue":1000,"returnMsg":"why","returnData":{}}` + "\n",
	} {
		if err := client.JudgeBody(body); err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestAnImproperEnvelopeIsNoticed(t *testing.T) {
	for name, body := range map[string]string{
		"empty":               ``,
		"null":                `null`,
		"no returnData":       `{"returnValue":0,"returnMsg":""}`,
		"null returnData":     `{"returnValue":0,"returnMsg":"","returnData":null}`,
		"array returnData":    `{"returnValue":0,"returnMsg":"","returnData":[]}`,
		"null returnMsg":      `{"returnValue":0,"returnMsg":null,"returnData":{}}`,
		"no returnMsg":        `{"returnValue":0,"returnData":{}}`,
		"returnValue text":    `{"returnValue":"0","returnMsg":"","returnData":{}}`,
		"returnValue foreign": `{"returnValue":1,"returnMsg":"","returnData":{}}`,
		"one field more":      `{"returnValue":0,"returnMsg":"","returnData":{},"x":1}`,
		"data of an error":    `{"returnValue":1000,"returnMsg":"","returnData":{"a":1}}`,
		"null within":         `{"returnValue":0,"returnMsg":"","returnData":{"a":[{"b":null}]}}`,
		"beyond int32":        `{"returnValue":0,"returnMsg":"","returnData":{"a":2147483648}}`,
		"a fraction":          `{"returnValue":0,"returnMsg":"","returnData":{"a":1.0}}`,
		"something after it":  `{"returnValue":0,"returnMsg":"","returnData":{}}{}`,
		"not UTF-8":           "{\"returnValue\":0,\"returnMsg\":\"\xff\",\"returnData\":{}}",
	} {
		if err := client.JudgeBody(body); err == nil {
			t.Errorf("%s went unnoticed", name)
		}
	}
}

const goodPage = `{"returnValue":0,"returnMsg":"","returnData":{"totalcount":1,"pusherlist":[{"userid":"u","groupid":"g",` +
	`"timestamp":1480000000,"type":0,"viewercount":0,"likecount":0,"title":"t","playurl":"http://p/live/8888_u.flv","fileid":"",` +
	`"userinfo":{"nickname":"","headpic":"","frontcover":"","location":""},"hls_play_url":"http://p/live/8888_u.m3u8?a=b",` +
	`"status":"1","desc":"","forbid_status":0}]}}`

func TestARowWithWrongFieldsIsNoticed(t *testing.T) {
	if err := client.JudgePage(goodPage); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{`"likecount":0,`, ``}, {`"likecount":0`, `"likecount":"0"`}, {`"likecount":0`, `"likecount":-1`},
		{`"status":"1"`, `"status":1`}, {`"status":"1"`, `"status":"2"`}, {`"type":0`, `"type":2`},
		{`"desc":""`, `"desc":"","level":1`}, {`,"location":""`, ``}, {`"location":""`, `"location":"","age":"1"`},
		{`"userinfo":{`, `"userinfo":{"desc":"other",`}, {`"fileid":""`, `"fileid":"f"`}, {`.flv`, `.rtmp`}, {`.m3u8`, `.m3u`},
		{`"forbid_status":0`, `"forbid_status":""`}, {`"timestamp":1480000000`, `"timestamp":0`}, {`"totalcount":1,`, ``},
	} {
		body := strings.Replace(goodPage, change[0], change[1], 1)
		if err := client.JudgePage(body); body == goodPage || err == nil {
			t.Errorf("%s instead of %s went unnoticed", change[1], change[0])
		}
	}
}
