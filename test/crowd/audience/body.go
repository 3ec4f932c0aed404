package audience

import "strconv"

// The bodies are those of the released clients: every field, numbers as numbers.

func (w *World) id(kind string, i int) string { return w.name + "-" + kind + strconv.Itoa(i) }

func appendText(b []byte, before, text string) []byte {
	return append(append(append(b, before...), text...), '"')
}

func appendNumber(b []byte, before string, n int) []byte {
	return strconv.AppendInt(append(b, before...), int64(n), 10)
}

func appendList(b []byte, page, size int) []byte {
	b = appendNumber(b, `{"Action":"FetchList","flag":3,"pageno":`, page)
	b = appendNumber(b, `,"pagesize":`, size)
	return append(b, '}')
}

func appendInfo(b []byte, room *Room) []byte {
	b = appendText(b, `{"Action":"GetUserInfo","userid":"`, room.User)
	return append(b, `,"type":0,"fileid":""}`...)
}

func appendEnter(b []byte, room *Room, viewer string) []byte {
	b = appendText(b, `{"Action":"EnterGroup","userid":"`, viewer)
	b = appendText(b, `,"flag":0,"liveuserid":"`, room.User)
	b = appendText(b, `,"groupid":"`, room.Group)
	b = appendText(b, `,"nickname":"Nick of `, viewer)
	b = append(b, `,"headpic":"http://pictures.example.com/heads/`...)
	return append(append(b, viewer...), `.png"}`...)
}

func appendQuit(b []byte, room *Room, viewer string) []byte {
	b = appendText(b, `{"Action":"QuitGroup","userid":"`, viewer)
	b = appendText(b, `,"flag":0,"liveuserid":"`, room.User)
	b = appendText(b, `,"groupid":"`, room.Group)
	return append(b, '}')
}

func appendMembers(b []byte, room *Room, size int) []byte {
	b = appendText(b, `{"Action":"FetchGroupMemberList","liveuserid":"`, room.User)
	b = appendText(b, `,"groupid":"`, room.Group)
	b = appendNumber(b, `,"pageno":1,"pagesize":`, size)
	return append(b, '}')
}

func appendLike(b []byte, room *Room) []byte {
	b = appendText(b, `{"Action":"ChangeCount","userid":"`, room.User)
	return append(b, `,"type":1,"optype":0,"flag":0,"fileid":""}`...)
}

func appendOpen(b []byte, room *Room) []byte {
	b = appendText(b, `{"Action":"RequestLVBAddr","userid":"`, room.User)
	b = appendText(b, `,"groupid":"`, room.Group)
	b = appendText(b, `,"title":"What is on today at `, room.User)
	b = appendText(b, `,"userinfo":{"nickname":"Nick of `, room.User)
	b = append(append(append(b, `,"headpic":"http://pictures.example.com/heads/`...), room.User...), `.png"`...)
	b = append(append(append(b, `,"frontcover":"http://pictures.example.com/covers/`...), room.User...), `.png"`...)
	return append(b, `,"location":"Shenzhen"}}`...)
}

func appendStatus(b []byte, room *Room, status int) []byte {
	b = appendText(b, `{"Action":"ChangeStatus","userid":"`, room.User)
	b = appendNumber(b, `,"status":`, status)
	return append(b, '}')
}
