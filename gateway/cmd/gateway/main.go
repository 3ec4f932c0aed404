// Gateway is the gateway in a process of its own, before services in theirs.
package main

import "xiaozhibo.dev/gateway/setup"

func main() { setup.Program().Main() }
