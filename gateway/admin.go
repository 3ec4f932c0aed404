package gateway

import (
	"net/http"
	"time"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/admin"
	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/console"
	listener "xiaozhibo.dev/libs/admin"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/telemetry"
)

// Operators is where a process answers operators.
type Operators interface {
	// AddAdmin adds what those are answered who know the secret.
	AddAdmin(pattern string, handler http.Handler)
	// AddAdminPage adds what everybody is answered.
	AddAdminPage(pattern string, handler http.Handler)
	// AcceptAdmin takes tokens as proof, beside the secret.
	AcceptAdmin(tokens listener.Tokens)
}

// addAdmin adds what operators are answered, and the console. Without a listener for operators all of it is added and
// nobody reaches it: whether there is one is for the process to know.
func addAdmin(process *lifecycle.Process, operators Operators, own Config, actions *action.Actions, options admin.Options, scope telemetry.Scope) error {
	api, err := admin.New(actions, options, scope)
	if err != nil {
		return err
	}
	for _, route := range api.Routes() {
		operators.AddAdmin(route.Pattern, route.Handler)
	}
	for _, page := range console.Pages() {
		operators.AddAdminPage(page.Pattern, page.Handler)
	}
	tokens, err := auth.NewAdmin(own.Admin, time.Now, scope.Log)
	if err != nil || tokens == nil {
		return err
	}
	operators.AcceptAdmin(tokens.Verify)
	process.Add(lifecycle.Part{Name: "admin tokens", Run: tokens.Run})
	return nil
}
