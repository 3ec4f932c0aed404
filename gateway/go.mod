module xiaozhibo.dev/gateway

go 1.26.0

require xiaozhibo.dev/libs v0.0.0

replace xiaozhibo.dev/libs => ../libs
