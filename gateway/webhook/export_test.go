package webhook

import "net/http"

// Through sends by a transport of a test.
func (s *Sender) Through(transport http.RoundTripper) { s.client.Transport = transport }
