// Stream is the stream service in a process of its own.
package main

import "xiaozhibo.dev/services/stream/setup"

func main() { setup.Program().Main() }
