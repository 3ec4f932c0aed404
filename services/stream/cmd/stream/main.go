// Stream is the stream service in a process of its own.
package main

import "xiaozhibo.dev/services/stream/part"

func main() { part.Program().Main() }
