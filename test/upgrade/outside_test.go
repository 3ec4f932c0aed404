package upgrade_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
	"xiaozhibo.dev/test/e2e/deployments"
)

// What operators and the IM service prove themselves by, while data is made; good for nothing else.
const (
	adminSecret = "sixteen-and-more"
	imAppID     = "1400000001"
	imToken     = "token-of-the-im-console"
)

// outside lets a server hear those who are neither clients nor the live platform.
func outside() map[string]string {
	return client.Changed(settings(), map[string]string{
		"XZB_LISTEN_ADMIN": "127.0.0.1:0", "XZB_ADMIN_SECRET": adminSecret,
		"XZB_IM_APPID": imAppID, "XZB_IM_CALLBACK_TOKEN": imToken,
	})
}

// playOutside makes what those leave: bans with the operators' journal, and members who came and went by callbacks.
func playOutside(t *testing.T, s *deployments.System) (asked []question) {
	c := client.New(t, s)
	room, banned := c.OnlineAnchor(), c.OnlineAnchor()
	callback(c, room.Group, "Online", "by callback", "gone by callback")
	callback(c, room.Group, "Offline", "gone by callback")
	for _, user := range []string{banned.ID, "banned viewer"} {
		ban := client.EncodeJSON(map[string]any{"user": user, "until": int64(4_000_000_000_000), "going_live": true, "rooms": true, "reason": "spam"})
		mustSend(t, http.MethodPut, "http://"+s.Children()[0].Listener("admin")+"/api/bans", ban)
	}
	return []question{
		action("FetchGroupMemberList", client.Fields{"liveuserid": room.ID, "groupid": room.Group, "pageno": 1, "pagesize": 20}),
		action("RequestLVBAddr", banned.Fields()),
		action("EnterGroup", room.EnterFields("banned viewer")),
		action("EnterGroup", room.EnterFields("another viewer")),
		action("GetUserInfo", client.Fields{"userid": banned.ID, "type": 0}),
	}
}

// callback tells, as the IM service does, that members of a group have come or gone.
func callback(c *client.Client, group, event string, members ...string) {
	c.T.Helper()
	const command = "Group.CallbackOnMemberStateChange"
	list := []map[string]string{}
	for _, member := range members {
		list = append(list, map[string]string{"Member_Account": member})
	}
	now := time.Now()
	sent := strconv.FormatInt(now.Unix(), 10)
	sum := sha256.Sum256([]byte(imToken + sent))
	query := url.Values{"SdkAppid": {imAppID}, "CallbackCommand": {command}, "RequestTime": {sent}, "Sign": {hex.EncodeToString(sum[:])}}
	body := client.EncodeJSON(map[string]any{
		"CallbackCommand": command, "GroupId": group, "EventType": event, "MemberList": list, "EventTime": now.UnixMilli(),
	})
	reply, err := c.Exchange(http.MethodPost, "/callback/im?"+query.Encode(), http.Header{}, bytes.NewReader(body))
	if err != nil || reply.Status != http.StatusOK {
		c.T.Fatalf("the callback %s: status %d, %s, %v", body, reply.Status, reply.Body, err)
	}
}

// mustSend sends what an operator does.
func mustSend(t *testing.T, method, to string, body []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, to, bytes.NewReader(body))
	must(t, err)
	request.Header.Set("Authorization", "Bearer "+adminSecret)
	request.Close = true
	reply, err := http.DefaultTransport.RoundTrip(request)
	must(t, err)
	defer reply.Body.Close()
	if reply.StatusCode != http.StatusOK {
		t.Fatalf("%s %s %s: status %d", method, to, body, reply.StatusCode)
	}
}
