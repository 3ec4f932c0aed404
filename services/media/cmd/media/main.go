// Media is the media server in a process of its own.
package main

import "xiaozhibo.dev/services/media/setup"

func main() { setup.Program().Main() }
