// Standalone is the whole server in one process: the gateway and the four
// services, each on a bbolt file of its own.
package main

import "xiaozhibo.dev/libs/lifecycle"

// version is set when the program is built.
var version = "dev"

func main() { lifecycle.Main(run) }
