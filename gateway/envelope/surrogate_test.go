package envelope_test

import (
	"testing"

	"xiaozhibo.dev/gateway/envelope"
)

// The standard decoder turns half a character into U+FFFD: two ids would
// become one.
func TestHalfACharacterIsABadBody(t *testing.T) {
	for name, id := range map[string]string{
		"high":                         `\ud83d`,
		"high, then text":              `\ud83dabcdef`,
		"high, then another escape":    `\ud83d\n`,
		"high, then an ordinary unit":  `\ud83d\u0041`,
		"high twice":                   `\ud83d\ud83d`,
		"high twice, then low":         `\ud83d\ud83d\ude00`,
		"high before an escaped slash": `\ud83d\\ude00`,
		"low":                          `\ude00`,
		"low, then high":               `\ude00\ud83d`,
		"a pair, then high":            `\ud83d\ude00\ud83d`,
		"a pair, then low":             `\ud83d\ude00\ude00`,
		"upper case":                   `\uD83D`,
		"mixed case":                   `\uDbFf`,
		"after an escaped backslash":   `\\\ud83d`,
		"after an ordinary escape":     `\u0041\ude00`,
		"the last high":                `\udbff`,
		"the last low":                 `\udfff`,
	} {
		t.Run(name, func(t *testing.T) {
			for _, body := range []string{`{"userid":"` + id + `"}`, `{"` + id + `":1}`, `{"ignored":[{"a":"` + id + `"}]}`} {
				if _, err := envelope.Parse([]byte(body)); err == nil || err.Error() != "request body is not valid UTF-8!" {
					t.Errorf("%s: %v", body, err)
				}
			}
		})
	}
}

func TestWholeCharactersAreTakenAsTheyAre(t *testing.T) {
	for name, test := range map[string]struct{ id, want string }{
		"a pair":                    {`\ud83d\ude00`, "😀"},
		"a pair in upper case":      {`\uD83D\uDE00`, "😀"},
		"two pairs":                 {`\ud83d\ude00\ud83d\ude01`, "😀😁"},
		"a pair between letters":    {`a\ud83d\ude00b`, "a😀b"},
		"the largest character":     {`\udbff\udfff`, "\U0010ffff"},
		"a backslash before u":      {`\\ud83d`, `\ud83d`},
		"two backslashes before u":  {`\\\\ude00`, `\\ude00`},
		"below the surrogates":      {`\ud7ff`, "\ud7ff"},
		"above the surrogates":      {`\ue000`, "\ue000"},
		"U+FFFD as such":            {`\ufffd`, "\ufffd"},
		"U+FFFD unescaped":          {"\ufffd", "\ufffd"},
		"every short escape":        {`\"\\\/`, `"\/`},
		"a BOM that is not the 1st": {bom + "a", bom + "a"},
	} {
		t.Run(name, func(t *testing.T) {
			fields := parse(t, `{"userid":"`+test.id+`"}`)
			mustRead(t, fields, fields.UserID("userid"), test.want, "")
		})
	}
}
