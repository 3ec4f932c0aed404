package room

// RecordFormat is that of Record. It grows with every change of what a field means
// and with every new field that must not be lost. A restore refuses records of a higher
// format than its own.
const RecordFormat = 2

// Record is a member of a room in a backup, or if it is Left one who has left and is
// remembered, or if it has an Audience how many came to one session. A room has one session: of two records of a
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
	Heard    int64  `json:"heard,omitempty"` // as in Member
	Told     bool   `json:"told,omitempty"`
	Left     bool   `json:"left,omitempty"`

	Audience *AudienceRecord `json:"audience,omitempty"`
}

// AudienceRecord is how many came to a session. Their record says nothing of the session
// that the room has now.
type AudienceRecord struct {
	Peak   int   `json:"peak"`
	Joined int64 `json:"joined"`
	At     int64 `json:"at"` // when anybody last came in, Unix milliseconds
}
