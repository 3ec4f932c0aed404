package action

import (
	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/gateway/fairuse"
)

// input is what an Action is carried out with: the fields of the request, and whom limits
// count it for. From.User is empty unless the sender has proven to be that user.
type input struct {
	*envelope.Fields
	from fairuse.Sender
}
