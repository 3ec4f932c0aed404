package config_test

import (
	"strings"
	"testing"
	"time"
)

func TestBothFormsOfAFlagAreTaken(t *testing.T) {
	s := mustLoad(t, "", nil, "-live-ttl", "1h", "--limit=7", "-strict", "-title=a=b")
	if s.TTL != time.Hour || s.Limit != 7 || !s.Strict || s.Title != "a=b" {
		t.Errorf("got %+v", s)
	}
}

func TestTheLastOfTwoFlagsWins(t *testing.T) {
	s := mustLoad(t, "", nil, "-limit=1", "-limit", "2", "-strict", "-strict=false", "-cors-origins=a", "-cors-origins=b")
	if s.Limit != 2 || s.Strict || s.Origins.String() != "b" {
		t.Errorf("got %+v", s)
	}
}

func TestABadCommandLineIsAnErrorThatShowsNoValue(t *testing.T) {
	const secret = "hunter2"
	tests := map[string]struct {
		args []string
		want string
	}{
		"unknown flag":         {[]string{"-push-kee=" + secret}, "-push-kee"},
		"no value":             {[]string{"-push-key"}, "-push-key"},
		"bad syntax":           {[]string{"---push-key=" + secret}, "---push-key"},
		"space after the =":    {[]string{"-push-key=", secret}, "argument 2 is not a flag"},
		"after the terminator": {[]string{"--", secret}, "argument 2 is not a flag"},
		"bool and its value":   {[]string{"-limit=3", "-strict", "false"}, "argument 3 is not a flag"},
		"bool option":          {[]string{"-version=maybe"}, "-version"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := load(t, "", nil, test.args...)
			mustFail(t, err, test.want)
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%q shows the value", err)
			}
		})
	}
}
