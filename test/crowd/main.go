// Crowd plays the habits of the released clients on many virtual users against a
// server, prints what that cost, and checks that the server knows what they know.
// `make crowd` runs it.
package main

import "xiaozhibo.dev/libs/lifecycle"

func main() { lifecycle.Main(run) }
