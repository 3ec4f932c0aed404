// Cost prints what a request costs: the processor time that the server spends on
// it, over that of a bare fiber handler which decodes the same JSON and sends as
// many bytes. Both take turns at the same load. `make cost` runs it.
package main

import "xiaozhibo.dev/libs/lifecycle"

func main() { lifecycle.Main(run) }
