// Room is the room service in a process of its own.
package main

import "xiaozhibo.dev/services/room/setup"

func main() { setup.Program().Main() }
