package rpc_test

import (
	"testing"

	"xiaozhibo.dev/libs/rpc/rpctest"
)

func TestMain(m *testing.M) { rpctest.Main(m) }
