package streams

// Push is the live platform's word that somebody began or ceased to push. A push with a
// sequence over MaxID is ignored.
type Push struct {
	StreamID string `json:"stream_id"`
	Sequence string `json:"sequence"` // the same for begin and end of one push
	Began    bool   `json:"began"`
	At       int64  `json:"at"` // Unix seconds by the platform's clock; 0: now
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

// File is one recorded file; one with a file id over MaxID is ignored. Times are Unix seconds; Duration is in seconds, 0
// when unknown.
type File struct {
	StreamID string `json:"stream_id"`
	FileID   string `json:"file_id"`
	URL      string `json:"url"`
	Format   Format `json:"format"`
	Start    int64  `json:"start"`
	End      int64  `json:"end"`
	Duration int64  `json:"duration"`
	Source   Source `json:"source,omitempty"`
}
