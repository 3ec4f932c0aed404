package action

import (
	"math"
)

// Rows of a page: what pagesize 0 means, and the most that any pagesize gets.
const (
	defaultPageSize = 20
	maxPageSize     = 100
)

// readPage reads pageno and pagesize as offset and limit, in rows. Pages count from 1, and
// 0 is the first too. A page past the end is an empty one and no error; a pagesize over
// maxPageSize is cut down and no error.
func readPage(fields input) (offset, limit int) {
	pageNo := fields.NotNegative("pageno")
	pageSize := fields.NotNegative("pagesize")
	if pageSize == 0 {
		pageSize = defaultPageSize
	}
	pageNo = min(max(pageNo, 1), math.MaxInt32) // 0 means the first; bounded, so that the product is
	pageSize = min(pageSize, maxPageSize)
	return int((pageNo - 1) * pageSize), int(pageSize)
}
