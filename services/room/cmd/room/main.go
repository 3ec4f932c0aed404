// Room is the room service in a process of its own.
package main

import "xiaozhibo.dev/services/room/part"

func main() { part.Program().Main() }
