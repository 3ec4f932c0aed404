package damage_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/libs/store/damage"
)

var errCut = errors.New("cut in half")

func TestARecordIsToldOfOnceInTenMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		reporter := damage.NewReporter(slog.New(slog.NewTextHandler(&log, nil)))
		for range 3 {
			reporter.LeftOut(t.Context(), "tom", errCut)
			reporter.LeftOut(t.Context(), "ann", errCut)
		}
		if told := log.String(); strings.Count(told, "record=tom err=\"cut in half\"") != 1 || strings.Count(told, "\n") != 2 {
			t.Errorf("the log of two records is\n%s", told)
		}
		<-time.After(10 * time.Minute)
		if reporter.LeftOut(t.Context(), "tom", errCut); strings.Count(log.String(), "record=tom") != 2 {
			t.Errorf("the log after ten minutes is\n%s", log.String())
		}
	})
}

func TestMoreRecordsThanAreRememberedAreAllToldOf(t *testing.T) {
	var log bytes.Buffer
	reporter := damage.NewReporter(slog.New(slog.NewTextHandler(&log, nil)))
	var group sync.WaitGroup
	for i := range 1500 {
		group.Go(func() { reporter.LeftOut(t.Context(), fmt.Sprint(i), errCut) })
	}
	group.Wait()
	if lines := strings.Count(log.String(), "\n"); lines != 1500 {
		t.Errorf("%d of 1500 records are told of", lines)
	}
}

func TestWhereNobodyIsToldNothingHappens(t *testing.T) {
	(*damage.Reporter)(nil).LeftOut(t.Context(), "tom", errCut)
}
