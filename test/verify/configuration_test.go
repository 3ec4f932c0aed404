package verify_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// update makes `make config-docs` of a test.
var update = flag.Bool("update", false, "write the tables of keys into docs/configuration.md and docs/configuration.zh.md")

// The tables stand between these lines. What stands around them is written by hand.
const (
	tablesBegin = "<!-- What follows is written by `make config-docs`. -->\n"
	tablesEnd   = "<!-- End of what is written by `make config-docs`. -->\n"
	untold      = "（待译）"
)

var configurationNames = [2]string{"docs/configuration.md", "docs/configuration.zh.md"}

// configWords is what the tables say in each language. In Chinese the meanings are written by hand, in the tables.
var configWords = [2]struct{ head, read, all, auth, or, only string }{
	{"| environment | default | takes | meaning | chart |", "Read by %s", "Every program", "Proof of identity: read by %s", " or ", "%s and %s"},
	{"| 环境变量 | 默认值 | 取值 | 含义 | chart |", "由 %s 读取", "所有程序", "身份凭证：由 %s 读取", " 或 ", "%s 和 %s"},
}

// inChinese are words for what a key takes. Others, which the code has, stay as they are.
var inChinese = strings.NewReplacer(
	"a duration", "时长", "a whole number", "整数", "a number", "数字", ", more than 0", "，大于 0", ", 0 or more", "，不小于 0",
	", between 0 and 1", "，0 到 1", "true or false", "`true` 或 `false`", "secret", "密钥", "file", "文件", "folder", "目录", "text", "文本",
	"an address or a CIDR range", "地址或 CIDR 网段", "a host or host:port", "主机名或 host:port", "name of a header", "请求头名称",
	"a URL of http or https without a slash at its end", "http 或 https 的 URL，末尾无斜杠", ", with numbers from 0 to 1", "，数字为 0 到 1", ", not negative", "，不为负",
	"decimal digits", "十进制数字", "letters, digits, dots, dashes and underscores", "字母、数字、点、连字符和下划线",
	"1 to 32 of 0-9 and a-z", "1 到 32 个 0-9 或 a-z", " or off", " 或 off", " or require", " 或 require", " or error", " 或 error", " or media", " 或 media",
)

func TestConfigurationIsWhatTheProgramsTell(t *testing.T) {
	keys, values := configKeys(t), chartValues(t)
	for language, document := range configurationNames {
		text := read(t, document)
		want := tablesBegin + tablesOf(keys, values, language, meanings(text)) + tablesEnd
		now := tablesBegin + between(t, text, tablesBegin, tablesEnd) + tablesEnd
		if *update {
			if err := os.WriteFile(filepath.Join(root, document), []byte(strings.Replace(text, now, want, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			now = want
		}
		for line := range strings.Lines(want) {
			if !strings.Contains(now, line) {
				t.Errorf("%s lacks this, run make config-docs:\n%s", document, line)
			}
		}
		if now != want && !t.Failed() {
			t.Errorf("%s has more than there is, or in another order: run make config-docs", document)
		}
		if strings.Contains(want, untold) {
			t.Errorf("%s: write what keys with %s mean", document, untold)
		}
	}
}

var keyRow = regexp.MustCompile("(?m)^\\| `(XZB_[A-Z_]+)`[^|]* \\| .* \\| .* \\| (.*) \\| .* \\|$")

// meanings are what the tables of a document say of each key.
func meanings(text string) map[string]string {
	all := map[string]string{}
	for _, row := range keyRow.FindAllStringSubmatch(text, -1) {
		all[row[1]] = row[2]
	}
	return all
}

// tablesOf are the tables of a language, one for every set of programs that read the same keys.
func tablesOf(keys []configKey, values map[string]string, language int, told map[string]string) string {
	sets := map[string][]configKey{}
	var titles []string
	for _, key := range keys {
		title := titleOf(key, language)
		if sets[title] == nil {
			titles = append(titles, title)
		}
		sets[title] = append(sets[title], key)
	}
	// What all read comes first, then what is read by the program that has everything.
	slices.SortStableFunc(titles, func(a, b string) int {
		one, other := sets[a][0].programs, sets[b][0].programs
		order := func(programs []string) int { return slices.Index(programNames, programs[len(programs)-1]) }
		return cmp.Or(cmp.Compare(rank(one), rank(other)), cmp.Compare(order(one), order(other)), cmp.Compare(len(a), len(b)))
	})
	var out strings.Builder
	for _, title := range titles {
		fmt.Fprintf(&out, "\n## %s\n\n%s\n|---|---|---|---|---|\n", title, configWords[language].head)
		for _, key := range sets[title] {
			out.WriteString(rowOf(key, values, language, told))
		}
	}
	return out.String() + "\n"
}

// rank is where a set of programs stands among the tables.
func rank(programs []string) int {
	switch {
	case len(programs) == len(programNames):
		return 0
	case programs[0] != "xiaozhibo":
		return 3
	case len(programs) == 1:
		return 4
	case len(programs) == 2:
		return 1
	default:
		return 2
	}
}

func titleOf(key configKey, language int) string {
	words := configWords[language]
	if len(key.programs) == len(programNames) {
		return words.all
	}
	var named []string
	for _, program := range key.programs {
		named = append(named, "`"+program+"`")
	}
	last := len(named) - 1
	list := named[last]
	if last > 0 {
		list = fmt.Sprintf(words.only, strings.Join(named[:last], [2]string{", ", "、"}[language]), named[last])
	}
	if strings.HasPrefix(key.name, "XZB_AUTH") {
		return fmt.Sprintf(words.auth, list)
	}
	return fmt.Sprintf(words.read, list)
}

func rowOf(key configKey, values map[string]string, language int, told map[string]string) string {
	words := configWords[language]
	name, standard, takes, meaning := "`"+key.name+"`", "`"+key.standard+"`", key.values, strings.ReplaceAll(key.meaning, "|", "\\|")
	if key.secret {
		name += words.or + "`" + key.name + "_FILE`"
	}
	if key.standard == "-" {
		standard = "–"
	}
	if language == 1 {
		takes, meaning = inChinese.Replace(takes), cmp.Or(told[key.name], untold)
	}
	chart := valueless[key.name][language]
	if path := chartValueOf(values, key.name); path != "" {
		chart = "`" + path + "`"
		if its := values[path]; its != "" && strings.HasPrefix(path, "config.") && !strings.EqualFold(its, key.standard) {
			chart += [2]string{", `" + its + "` there", "，默认 `" + its + "`"}[language]
		}
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s |\n", name, standard, takes, meaning, chart)
}
