// Gateway is the gateway in a process of its own, before services in theirs.
package main

import "xiaozhibo.dev/gateway/part"

func main() { part.Program().Main() }
