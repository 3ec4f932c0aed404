package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
)

func TestTheBytesAreSentToWhoSendsAnAction(t *testing.T) {
	app := fiber.New()
	app.Post("/", func(c *fiber.Ctx) error { return answer(c, []byte("reply")) })
	for body, want := range map[string]int{
		`{"Action":"FetchList","flag":1,"pageno":1,"pagesize":20}`: http.StatusOK,
		`{"flag":1}`:                       http.StatusBadRequest,
		`{"Action":"FetchList","flag":"x"`: http.StatusBadRequest,
	} {
		resp, err := app.Test(httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body)))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != want || want == http.StatusOK && string(text) != "reply" {
			t.Errorf("%s is answered %d %s, %v", body, resp.StatusCode, text, err)
		}
	}
}
