// Smoke carries out every Action once against a server that is up, on a room
// of its own that it ends. It is what `helm test` and `make smoke` run.
//
//	smoke https://live.example.com
package main

import "xiaozhibo.dev/libs/lifecycle"

func main() { lifecycle.Main(run) }
