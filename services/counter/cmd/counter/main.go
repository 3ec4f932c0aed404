// Counter is the counter service in a process of its own.
package main

import "xiaozhibo.dev/services/counter/setup"

func main() { setup.Program().Main() }
