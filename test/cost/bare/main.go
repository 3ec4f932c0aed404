// Bare is what a server of the same requests costs at the least: a fiber handler
// that decodes them with encoding/json and sends the bytes of a file.
package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"os"

	"github.com/gofiber/fiber/v2"

	"xiaozhibo.dev/libs/lifecycle"
)

// request has every field of the Actions that are measured.
type request struct {
	Action     string
	UserID     string   `json:"userid"`
	LiveUserID string   `json:"liveuserid"`
	GroupID    string   `json:"groupid"`
	FileID     string   `json:"fileid"`
	Title      string   `json:"title"`
	Nickname   string   `json:"nickname"`
	HeadPic    string   `json:"headpic"`
	Type       int      `json:"type"`
	OpType     int      `json:"optype"`
	Flag       int      `json:"flag"`
	PageNo     int      `json:"pageno"`
	PageSize   int      `json:"pagesize"`
	UserInfo   userInfo `json:"userinfo"`
}

type userInfo struct {
	Nickname   string `json:"nickname"`
	HeadPic    string `json:"headpic"`
	FrontCover string `json:"frontcover"`
	Location   string `json:"location"`
	Desc       string `json:"desc"`
}

func main() { lifecycle.Main(run) } // as many processors as the programs get

func run(ctx context.Context, args []string, _, stderr io.Writer) error {
	flags := flag.NewFlagSet("bare", flag.ContinueOnError)
	flags.SetOutput(stderr)
	address := flags.String("listen", "127.0.0.1:0", "address")
	path := flags.String("reply", "", "file whose bytes are the reply")
	cert := flags.String("cert", "", "certificate and key in one PEM file, for HTTPS")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("bare: %w", err)
	}
	reply, err := os.ReadFile(*path)
	if err != nil {
		return fmt.Errorf("bare: %w", err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", *address)
	if err != nil {
		return fmt.Errorf("bare: %w", err)
	}
	if *cert != "" {
		pair, err := tls.LoadX509KeyPair(*cert, *cert)
		if err != nil {
			return fmt.Errorf("bare: %w", err)
		}
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12})
	}
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Post("/interface.php", func(c *fiber.Ctx) error { return answer(c, reply) })
	context.AfterFunc(ctx, func() { _ = app.Shutdown() })
	return app.Listener(listener)
}

func answer(c *fiber.Ctx, reply []byte) error {
	var r request
	if err := json.Unmarshal(c.Body(), &r); err != nil || r.Action == "" {
		return fiber.ErrBadRequest
	}
	c.Set(fiber.HeaderContentType, "application/json; charset=utf-8")
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	return c.Send(reply)
}
