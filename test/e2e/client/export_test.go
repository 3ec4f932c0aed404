package client

import "net/http"

// JudgeBody judges a reply with this body.
func JudgeBody(body string) error {
	header := http.Header{"Content-Type": {replyContentType}}
	_, err := parseReply(Response{Status: http.StatusOK, Header: header, Body: []byte(body)})
	return err
}

// JudgePage judges a reply of FetchList with this body.
func JudgePage(body string) error {
	header := http.Header{"Content-Type": {replyContentType}}
	r, err := parseReply(Response{Status: http.StatusOK, Header: header, Body: []byte(body)})
	if err != nil {
		return err
	}
	_, err = ParsePage(r)
	return err
}
