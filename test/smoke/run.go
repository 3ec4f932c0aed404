package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"xiaozhibo.dev/libs/config"
)

// requestTimeout is what a client waits for before it sends again.
const requestTimeout = 10 * time.Second

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("smoke", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var proof prover
	config.SecretVar(flags, &proof.key, "jwt-key", "secret of HS256 that the server verifies proofs of identity with")
	flags.StringVar(&proof.issuer, "jwt-issuer", "", "iss of those proofs")
	flags.StringVar(&proof.audience, "jwt-audience", "", "aud of those proofs")
	insecure := flags.Bool("insecure", false, "take any certificate, as one inside the cluster has to")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return config.Errorf("%w", err)
	}
	if flags.NArg() != 1 {
		return config.Errorf("usage: smoke [-insecure] [-jwt-key-file FILE [-jwt-issuer ISS] [-jwt-audience AUD]] URL")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: *insecure}}
	defer transport.CloseIdleConnections()
	c := caller{
		url:   strings.TrimSuffix(flags.Arg(0), "/") + "/interface.php",
		http:  &http.Client{Transport: transport, Timeout: requestTimeout},
		proof: proof,
		out:   stdout,
	}
	return broadcast(ctx, c)
}

// broadcast is one broadcast, from its push URL to its end.
func broadcast(ctx context.Context, c caller) error {
	id := "smoke-" + strings.ToLower(rand.Text()[:12])
	group := fields{"userid": id + "-viewer", "liveuserid": id, "groupid": id, "flag": 0}

	opened, err := c.do(ctx, "RequestLVBAddr", fields{"userid": id, "groupid": id, "title": "a smoke test"})
	if refused := (*refusal)(nil); errors.As(err, &refused) && refused.value == notAllowed && !c.proof.can() {
		return c.say("ok   proof of identity is asked for, and there is none to show: %s", refused.message)
	}
	if err != nil {
		return err
	}
	if url, _ := opened["pushurl"].(string); !strings.HasPrefix(url, "rtmp://") {
		return fmt.Errorf("RequestLVBAddr: %q is no push URL", url)
	}
	ended := false
	end := func() error {
		ended = true
		_, err := c.do(ctx, "ChangeStatus", fields{"userid": id, "status": 1})
		return err
	}
	defer func() {
		if !ended {
			_ = end() // the room of a failed test is not to stay
		}
	}()
	for _, step := range []struct {
		action string
		fields fields
	}{
		{"ChangeStatus", fields{"userid": id, "status": 0}},
		{"EnterGroup", group},
		{"ChangeCount", fields{"userid": id, "type": 1, "optype": 0, "flag": 0}},
	} {
		if _, err := c.do(ctx, step.action, step.fields); err != nil {
			return err
		}
	}
	if err := look(ctx, c, id); err != nil {
		return err
	}
	if _, err := c.do(ctx, "QuitGroup", group); err != nil {
		return err
	}
	return end()
}

// look reads, in every way there is, what a broadcast has left.
func look(ctx context.Context, c caller, id string) error {
	if err := c.shows(ctx, "FetchList", fields{"flag": 3, "pageno": 1, "pagesize": 100}, `"userid":"`+id+`"`); err != nil {
		return err
	}
	members := fields{"liveuserid": id, "groupid": id, "pageno": 1, "pagesize": 20}
	if err := c.shows(ctx, "FetchGroupMemberList", members, `"userid":"`+id+`-viewer"`); err != nil {
		return err
	}
	if err := c.shows(ctx, "GetUserInfo", fields{"userid": id, "type": 0}, `"viewercount":1`, `"likecount":1`); err != nil {
		return err
	}
	_, err := c.do(ctx, "GetCOSSign", nil)
	if refused := (*refusal)(nil); errors.As(err, &refused) && refused.value == notConfigured {
		return c.say("     uploads are not configured: %s", refused.message)
	}
	return err
}
