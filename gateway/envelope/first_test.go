package envelope_test

import (
	"testing"

	"xiaozhibo.dev/gateway/envelope"
)

func TestTheFirstThingWrongIsTold(t *testing.T) {
	fields := parse(t, `{}`)
	fields.ID("first")
	fields.ID("second")
	mustFail(t, fields.Err(), envelope.BadParam, "first is null or empty")
}

func TestAMissingOrMalformedFieldGoesBeforeOneOutOfRange(t *testing.T) {
	for name, read := range map[string]func(*envelope.Fields){
		"out of range first": func(f *envelope.Fields) { f.OneOf("flag", 0, 1); f.Int("pageno") },
		"out of range last":  func(f *envelope.Fields) { f.Int("pageno"); f.OneOf("flag", 0, 1) },
		"refused first":      func(f *envelope.Fields) { f.Refuse("fileid", "is null or empty"); f.Int("pageno") },
	} {
		t.Run(name, func(t *testing.T) {
			fields := parse(t, `{"flag":9}`)
			read(fields)
			mustFail(t, fields.Err(), envelope.BadParam, "pageno is null or empty")
		})
	}
}

func TestOfSeveralFieldsOutOfRangeTheFirstIsTold(t *testing.T) {
	fields := parse(t, `{"flag":9,"type":9}`)
	fields.OneOf("flag", 0, 1)
	fields.OneOf("type", 0, 1)
	fields.Refuse("fileid", "is null or empty")
	mustFail(t, fields.Err(), envelope.OutOfRange, "flag is out of range")
}

func TestFieldsThatNobodyReadsAreNotChecked(t *testing.T) {
	fields := parse(t, `{"Action":"GetCOSSign","userid":[],"flag":"x","":null}`)
	if action := fields.Action(); action != "GetCOSSign" || fields.Err() != nil {
		t.Errorf("got %q, %v", action, fields.Err())
	}
}

func TestAnUnknownActionIsABadParam(t *testing.T) {
	for value, says := range map[string]string{
		`null`:      "Action is null or empty",
		`""`:        "Action is null or empty",
		`"Nothing"`: "Action is unknown",
		`7`:         "Action is not a string",
		`{}`:        "Action is not a string",
	} {
		mustFail(t, parse(t, `{"Action":`+value+`}`).Unknown(), envelope.BadParam, says)
	}
	mustFail(t, parse(t, `{"action":"FetchList"}`).Unknown(), envelope.BadParam, "Action is null or empty")
}
