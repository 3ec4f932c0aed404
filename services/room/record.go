package room

// RecordFormat is that of Record. It grows with every change of what a field means
// and with every new field that must not be lost.
const RecordFormat = 1

// Record is a member of a room in a backup. A room has one session: of two records of a
// room with different sessions the later one in the archive holds, and all before it are
// void.
type Record struct {
	Room     string `json:"room"`
	Session  int64  `json:"session"`
	User     string `json:"user"`
	Nickname string `json:"nickname,omitempty"`
	HeadPic  string `json:"head_pic,omitempty"`
	Seen     int64  `json:"seen"`  // when the member last entered, Unix milliseconds
	Place    uint64 `json:"place"` // grows with every member who joins
	Level    int32  `json:"level,omitempty"`
}
