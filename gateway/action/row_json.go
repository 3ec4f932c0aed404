package action

import "xiaozhibo.dev/gateway/envelope"

// row is the published pusherinfo. timestamp is in Unix seconds, kind is typeLive or
// typeRecorded. It is written by hand and not by encoding/json: a page of FetchList has up to a
// hundred, and clients of all rooms poll it. The golden files in testdata hold its bytes.
type row struct {
	userID    string
	groupID   string
	timestamp int64
	kind      int
	viewers   int
	likes     int64
	title     string
	playURL   string
	hlsURL    string
	fileID    string
	status    string
	desc      string
	forbidden bool
	userInfo  userInfo
}

// AppendJSON appends the row. forbid_status is 1 for an anchor whom an operator has banned
// from going live.
func (r *row) AppendJSON(dst []byte) []byte {
	dst = envelope.AppendText(dst, `{"userid":`, r.userID)
	dst = envelope.AppendText(dst, `,"groupid":`, r.groupID)
	dst = envelope.AppendInt(dst, `,"timestamp":`, r.timestamp)
	dst = envelope.AppendInt(dst, `,"type":`, int64(r.kind))
	dst = envelope.AppendInt(dst, `,"viewercount":`, int64(r.viewers))
	dst = envelope.AppendInt(dst, `,"likecount":`, r.likes)
	dst = envelope.AppendText(dst, `,"title":`, r.title)
	dst = envelope.AppendText(dst, `,"playurl":`, r.playURL)
	dst = envelope.AppendText(dst, `,"hls_play_url":`, r.hlsURL)
	dst = envelope.AppendText(dst, `,"fileid":`, r.fileID)
	dst = envelope.AppendText(dst, `,"status":`, r.status)
	dst = envelope.AppendText(dst, `,"desc":`, r.desc)
	dst = append(dst, `,"forbid_status":`...)
	if r.forbidden {
		dst = append(dst, '1')
	} else {
		dst = append(dst, '0')
	}
	dst = append(dst, `,"userinfo":`...)
	return append(r.userInfo.AppendJSON(dst), '}')
}

// userInfo is the userinfo of a row, the profile that the anchor sent with RequestLVBAddr.
type userInfo struct{ nickname, headPic, frontCover, location, desc string }

// AppendJSON appends the object. An empty desc is left out, any other empty field is an
// empty text.
func (u *userInfo) AppendJSON(dst []byte) []byte {
	dst = envelope.AppendText(dst, `{"nickname":`, u.nickname)
	dst = envelope.AppendText(dst, `,"headpic":`, u.headPic)
	dst = envelope.AppendText(dst, `,"frontcover":`, u.frontCover)
	dst = envelope.AppendText(dst, `,"location":`, u.location)
	if u.desc != "" {
		dst = envelope.AppendText(dst, `,"desc":`, u.desc)
	}
	return append(dst, '}')
}
