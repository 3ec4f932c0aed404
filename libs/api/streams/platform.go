package streams

// Push is the live platform's word that somebody began or ceased to push. The platform repeats
// what it tells and mixes up the order, so a Push is judged by its sequence and its time and
// never by when it arrives. A push with a sequence over MaxID is ignored.
type Push struct {
	StreamID string `json:"stream_id"`
	Sequence string `json:"sequence"` // the same for begin and end of one push
	Began    bool   `json:"began"`    // true: the push began; false: it was interrupted
	At       int64  `json:"at"`       // Unix seconds by the platform's clock; 0: now
	Source   Source `json:"source,omitempty"`
}

// Format is the container of a recorded file.
type Format string

// The formats that become rows.
const (
	FLV Format = "flv"
	HLS Format = "hls"
	MP4 Format = "mp4"
)

// File is one recorded file; one with a file id over MaxID is ignored. Times are Unix seconds;
// Duration is in seconds, 0 when unknown. Files of one stream whose start and end are within two
// seconds of each other are of the same recording.
type File struct {
	StreamID string `json:"stream_id"`
	FileID   string `json:"file_id"` // what it is asked for and removed under
	URL      string `json:"url"`
	Format   Format `json:"format"` // decides which URL of the recording this is; an unknown one makes no row
	Start    int64  `json:"start"`
	End      int64  `json:"end"`
	Duration int64  `json:"duration"`
	Source   Source `json:"source,omitempty"`
}
