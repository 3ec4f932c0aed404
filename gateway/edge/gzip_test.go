package edge_test

import (
	"net/http"
	"testing"

	"xiaozhibo.dev/gateway/edge"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/lifecycle"
)

func TestGzipIsSentOnlyToThoseWhoAskForIt(t *testing.T) {
	fakes := gatewaytest.World()
	fakes.Room.PagesFunc = func([]members.Query) ([]members.Page, error) {
		return []members.Page{{Total: 100, Members: make([]members.Member, 100)}}, nil
	}
	base := serveFakes(t, edge.Config{}, fakes, &lifecycle.Health{})
	long := `{"Action":"FetchGroupMemberList","liveuserid":"tom","groupid":"g1","pageno":1,"pagesize":100}`
	for accept, want := range map[string]string{
		"gzip": "gzip", "deflate, gzip;q=0.5": "gzip", "GZIP": "gzip", "br, gzip": "gzip",
		"": "", "br": "", "identity": "", "gzip;q=0": "", "*": "", "deflate": "", "xgzip": "",
	} {
		_, header, _ := do(t, http.MethodPost, base, long, "Accept-Encoding", accept)
		if got := header.Get("Content-Encoding"); got != want {
			t.Errorf("to those who accept %q %q is sent, want %q", accept, got, want)
		}
	}
	if _, header, _ := do(t, http.MethodPost, base, `{"Action":"GetCOSSign"}`, "Accept-Encoding", "gzip"); header.Get("Content-Encoding") != "" {
		t.Error("a body that fits one packet is compressed")
	}
}
