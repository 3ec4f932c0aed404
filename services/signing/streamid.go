package signing

// streamID names the one stream of user. Letters a-z, digits and '-' stand for
// themselves; every other byte, '_' included, becomes '_' and two hex digits.
// So an id can be read back and two users never share one, while clients may
// lower-case it and cut it at '?' or '.' without harm.
func streamID(bizID, user string) string {
	const hexDigits = "0123456789abcdef"
	id := make([]byte, 0, len(bizID)+1+3*len(user))
	id = append(id, bizID...)
	id = append(id, '_')
	for _, b := range []byte(user) {
		if 'a' <= b && b <= 'z' || '0' <= b && b <= '9' || b == '-' {
			id = append(id, b)
		} else {
			id = append(id, '_', hexDigits[b>>4], hexDigits[b&0xf])
		}
	}
	return string(id)
}
