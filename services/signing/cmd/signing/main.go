// Signing is the signing service in a process of its own.
package main

import "xiaozhibo.dev/services/signing/setup"

func main() { setup.Program().Main() }
