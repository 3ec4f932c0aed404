module xiaozhibo.dev/deploy

go 1.26.0

require (
	xiaozhibo.dev/gateway v0.0.0
	xiaozhibo.dev/libs v0.0.0
	xiaozhibo.dev/services v0.0.0
)

replace (
	xiaozhibo.dev/gateway => ../gateway
	xiaozhibo.dev/libs => ../libs
	xiaozhibo.dev/services => ../services
)
