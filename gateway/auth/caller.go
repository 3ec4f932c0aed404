package auth

// Caller is who sends a request, as far as that is proven.
type Caller struct {
	User string // "" if nobody is known
}
