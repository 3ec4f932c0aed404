package edge

// WithinFiles is how many connections a limit of open files leaves room for.
var WithinFiles = withinFiles
