// Standalone is the whole server in one process: the gateway and the four
// services.
package main

func main() { standalone().Main() }
