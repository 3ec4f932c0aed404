package envelope_test

import (
	"math"
	"testing"

	"xiaozhibo.dev/gateway/envelope"
)

const notInteger, missing = "n is not an integer", "n is null or empty"

// What a field may hold as an integer, and why not.
var integers = map[string]struct {
	want    int64
	refused string
}{
	`0`:                       {0, ""},
	`"0"`:                     {0, ""},
	`-0`:                      {0, ""},
	`7`:                       {7, ""},
	`"7"`:                     {7, ""},
	`-7`:                      {-7, ""},
	`"-7"`:                    {-7, ""},
	`"007"`:                   {7, ""},
	`"\u0037"`:                {7, ""},
	`9223372036854775807`:     {math.MaxInt64, ""},
	`"9223372036854775808"`:   {math.MaxInt64, ""},
	`99999999999999999999999`: {math.MaxInt64, ""},
	`"-9223372036854775809"`:  {math.MinInt64, ""},
	`1.5`:                     {0, notInteger},
	`1.0`:                     {0, notInteger},
	`1e2`:                     {0, notInteger},
	`1E2`:                     {0, notInteger},
	`"1e2"`:                   {0, notInteger},
	`"1.0"`:                   {0, notInteger},
	`"1x"`:                    {0, notInteger},
	`" 1"`:                    {0, notInteger},
	`"1 "`:                    {0, notInteger},
	`"+1"`:                    {0, notInteger},
	`"-"`:                     {0, notInteger},
	`"--1"`:                   {0, notInteger},
	`"0x1"`:                   {0, notInteger},
	`"1_000"`:                 {0, notInteger},
	`"１"`:                     {0, notInteger},
	`""`:                      {0, notInteger},
	`true`:                    {0, notInteger},
	`[1]`:                     {0, notInteger},
	`{"n":1}`:                 {0, notInteger},
	`null`:                    {0, missing},
}

func TestIntegersAreNumbersOrNumericStrings(t *testing.T) {
	for value, test := range integers {
		t.Run(value, func(t *testing.T) {
			fields := parse(t, `{"n":`+value+`}`)
			mustRead(t, fields, fields.Int("n"), test.want, test.refused)
		})
	}
	fields := parse(t, `{"N":1}`)
	mustRead(t, fields, fields.Int("n"), 0, missing)
}

func TestAnOptionalIntegerMayBeAbsentButNotMalformed(t *testing.T) {
	for value, test := range integers {
		t.Run(value, func(t *testing.T) {
			fields := parse(t, `{"n":`+value+`}`)
			got, there := fields.OptionalInt("n")
			if test.refused == missing {
				test.refused = ""
			}
			mustRead(t, fields, got, test.want, test.refused)
			if there != (value != "null") {
				t.Errorf("there: %t", there)
			}
		})
	}
	fields := parse(t, `{}`)
	if n, there := fields.OptionalInt("n"); n != 0 || there || fields.Err() != nil {
		t.Errorf("absent: %d, %t, %v", n, there, fields.Err())
	}
}

func TestWhatMustNotBeNegativeIsABadParamIfItIs(t *testing.T) {
	for value, test := range integers {
		t.Run(value, func(t *testing.T) {
			fields := parse(t, `{"n":`+value+`}`)
			if test.want < 0 {
				test.refused = "n is negative"
			}
			mustRead(t, fields, fields.NotNegative("n"), test.want, test.refused)
		})
	}
}

func TestAnIntegerThatIsNotListedIsOutOfRange(t *testing.T) {
	for value, test := range integers {
		t.Run(value, func(t *testing.T) {
			fields := parse(t, `{"n":`+value+`}`)
			got := fields.OneOf("n", 7, -7)
			if test.refused == "" && test.want != 7 && test.want != -7 {
				mustFail(t, fields.Err(), envelope.OutOfRange, "n is out of range")
				return
			}
			mustRead(t, fields, got, test.want, test.refused)
		})
	}
}
