package verify_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// valueOf are the values of the chart that are named otherwise than the key they set. Every other
// key has a value of its own name under `config`, `secrets`, `auth` or `store`: XZB_LIVE_TTL has config.liveTTL.
var valueOf = map[string]string{
	"XZB_ADMIN_JWKS":           "admin.jwt.jwksURL",
	"XZB_ADMIN_JWT_AUDIENCE":   "admin.jwt.audience",
	"XZB_ADMIN_JWT_ISSUER":     "admin.jwt.issuer",
	"XZB_ADMIN_JWT_KEY":        "admin.jwtKey",
	"XZB_ADMIN_SECRET":         "admin.existingSecret",
	"XZB_LISTEN_ADMIN":         "admin.existingSecret",
	"XZB_AUTH":                 "auth.mode",
	"XZB_AUTH_JWKS":            "auth.jwt.jwksURL",
	"XZB_LISTEN_EVENTS":        "events.enabled",
	"XZB_LISTEN_HTTP":          "gateway.tls.only",
	"XZB_LISTEN_HTTPS":         "gateway.tls.existingSecret",
	"XZB_MEDIA_LISTEN_CONTROL": "media.existingSecret",
	"XZB_MEDIA_LISTEN_HTTP":    "media.enabled",
	"XZB_MEDIA_LISTEN_RTMP":    "media.enabled",
	"XZB_MEDIA_SECRET":         "media.existingSecret",
	"XZB_PLATFORM":             "platform.kind",
	"XZB_REDIS_ADDRS":          "store.redis.addresses",
	"XZB_REDIS_CA_FILE":        "store.redis.tls.caSecret",
	"XZB_REDIS_PASSWORD":       "store.redis.existingSecret",
	"XZB_REDIS_TLS":            "store.redis.tls.enabled",
	"XZB_REDIS_TLS_CERT_FILE":  "store.redis.tls.certSecret",
	"XZB_REDIS_TLS_KEY_FILE":   "store.redis.tls.certSecret",
	"XZB_RPC_SECRET":           "rpc.existingSecret",
	"XZB_RPC_TLS_CA_FILE":      "rpc.tls.existingSecret",
	"XZB_RPC_TLS_CERT_FILE":    "rpc.tls.existingSecret",
	"XZB_RPC_TLS_KEY_FILE":     "rpc.tls.existingSecret",
	"XZB_SHUTDOWN_DELAY":       "defaults.shutdown.delaySeconds",
	"XZB_STORE":                "store.type",
	"XZB_TLS_CERT_FILE":        "gateway.tls.existingSecret",
	"XZB_TLS_KEY_FILE":         "gateway.tls.existingSecret",
	"XZB_WEBHOOK_RETRY_FOR":    "webhook.retryFor",
	"XZB_WEBHOOK_SECRET":       "webhook.existingSecret",
	"XZB_WEBHOOK_URL":          "webhook.url",
}

// valueless are the keys that no value of the chart sets, with the reason in both languages.
var valueless = map[string][2]string{
	"XZB_COUNTER_ADDRS":      {"the chart's own Service", "chart 自己的 Service"},
	"XZB_ROOM_ADDRS":         {"the chart's own Service", "chart 自己的 Service"},
	"XZB_SIGNING_ADDRS":      {"the chart's own Service", "chart 自己的 Service"},
	"XZB_STREAM_ADDRS":       {"the chart's own Service", "chart 自己的 Service"},
	"XZB_DATA_DIR":           {"always `/data`, a volume", "固定为 `/data`（存储卷）"},
	"XZB_LISTEN_OPS":         {"always `:9090`", "固定为 `:9090`"},
	"XZB_LISTEN_RPC":         {"always `:8081`", "固定为 `:8081`"},
	"XZB_LOG_FORMAT":         {"a pod's log is JSON", "pod 的日志是 JSON"},
	"XZB_MEDIA_DIR":          {"always `/data/media`", "固定为 `/data/media`"},
	"XZB_MEDIA_CALLBACK_URL": {"the chart's own gateway", "chart 自己的 gateway"},
	"XZB_HINTS":              {"the chart does not run `xiaozhibo`", "chart 不运行 `xiaozhibo`"},
}

func TestEveryKeyHasAValueOfTheChart(t *testing.T) {
	values, keys := chartValues(t), configKeys(t)
	templates := ""
	for _, file := range environment {
		templates += read(t, file)
	}
	var named []string
	for _, key := range keys {
		named = append(named, key.name)
		path, reason := chartValueOf(values, key.name), valueless[key.name]
		_, there := values[path]
		switch {
		case path == "" && reason[0] == "":
			t.Errorf("no value of the chart sets %s: give values.yaml one under config, or say why not in test/verify/configchart_test.go", key.name)
		case path != "" && reason[0] != "":
			t.Errorf("%s of the chart sets %s: take it off the list of keys without a value", path, key.name)
		case path != "" && !there:
			t.Errorf("%s is to set %s, and values.yaml has no such value", path, key.name)
		case path != "" && valueOf[key.name] == "" && !feeds(templates, path, key):
			t.Errorf("the chart's templates do not set %s from %s", key.name, path)
		}
	}
	for name := range valueOf {
		if !slices.Contains(named, name) {
			t.Errorf("%s has a value of the chart in test/verify/configchart_test.go, and is no key", name)
		}
	}
	for name := range valueless {
		if !slices.Contains(named, name) {
			t.Errorf("%s has no value of the chart, says test/verify/configchart_test.go, and is no key", name)
		}
	}
}

// A value under these that sets no key would be a knob that does nothing.
func TestEveryValueOfTheConfigurationSetsAKey(t *testing.T) {
	values := chartValues(t)
	fed := map[string]bool{ // Secrets, of which the other values name a key
		"secrets.existingSecret": true, "auth.existingSecret": true, "auth.jwks": true, "platform.existingSecret": true,
		"store.redis.passwordKey": true, "store.redis.tls.caKey": true,
	}
	for _, key := range configKeys(t) {
		fed[chartValueOf(values, key.name)] = true
	}
	for path := range values {
		top, _, _ := strings.Cut(path, ".")
		if slices.Contains([]string{"config", "secrets", "auth", "platform", "store"}, top) && !fed[path] {
			t.Errorf("the chart's value %s sets no key", path)
		}
	}
}

// chartValueOf is the value that sets a key, "" if there is none.
func chartValueOf(values map[string]string, name string) string {
	if path := valueOf[name]; path != "" {
		return path
	}
	for _, under := range []string{"config.", "secrets.", "", "store."} {
		for path := range values {
			rest, found := strings.CutPrefix(path, under)
			if found && strings.EqualFold(strings.ReplaceAll(rest, ".", ""), strings.ReplaceAll(strings.TrimPrefix(name, "XZB_"), "_", "")) {
				return path
			}
		}
	}
	return ""
}

// feeds reports whether a line of the templates has both a key and the last word of its value. Secrets
// are files, which a list names by their flag.
func feeds(templates, path string, key configKey) bool {
	leaf := path[strings.LastIndex(path, ".")+1:]
	for line := range strings.Lines(templates) {
		here := regexp.MustCompile(key.name+`\b`).MatchString(line) || key.secret &&
			(strings.Contains(line, `"`+key.flag+`"`) || strings.Contains(line, `"`+strings.TrimPrefix(key.flag, "auth-")+`"`))
		if here && regexp.MustCompile(`\.`+leaf+`\b`).MatchString(line) {
			return true
		}
	}
	return false
}

// chartValues are the values of values.yaml that are no maps, as text, by path.
func chartValues(t *testing.T) map[string]string {
	t.Helper()
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(read(t, "deploy/helm/xiaozhibo/values.yaml")), &root); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	var walk func(path string, node *yaml.Node)
	walk = func(path string, node *yaml.Node) {
		if node.Kind != yaml.MappingNode || len(node.Content) == 0 {
			all[path] = node.Value
			return
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			walk(strings.TrimPrefix(path+"."+node.Content[i].Value, "."), node.Content[i+1])
		}
	}
	walk("", root.Content[0])
	return all
}
