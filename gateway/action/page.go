package action

import (
	"math"

	"xiaozhibo.dev/gateway/envelope"
)

const (
	defaultPageSize = 20
	maxPageSize     = 100
)

// readPage reads pageno and pagesize as offset and limit. A page number past
// the end of anything is no error.
func readPage(fields *envelope.Fields) (offset, limit int) {
	pageNo := fields.NotNegative("pageno")
	pageSize := fields.NotNegative("pagesize")
	if pageSize == 0 {
		pageSize = defaultPageSize
	}
	pageNo = min(max(pageNo, 1), math.MaxInt32) // 0 means the first; bounded, so that the product is
	pageSize = min(pageSize, maxPageSize)
	return int((pageNo - 1) * pageSize), int(pageSize)
}
