package redisdb_test

import (
	"testing"

	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/libs/telemetry/telemetrytest"
)

func TestWhatIsAskedOfRedisIsMeasuredAndTraced(t *testing.T) {
	server := redistest.Start(t)
	recorder := telemetrytest.New()
	db, err := redisdb.New(redisdb.Config{Addrs: []string{server.Addr()}, Prefix: redistest.Prefix()},
		redisdb.Options{Name: "counter", Meter: recorder.Scope().Meter, Log: recorder.Scope().Log})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, span := recorder.Scope().Tracer.Start(t.Context(), "caller")
	echo := redisdb.NewScript(`return ARGV[2]`)
	call := redisdb.Call{Keys: []string{db.Key("k", "t", "")}, Args: []any{"a"}}
	if _, err := combine.All(db.Run(ctx, echo, []redisdb.Call{call, call})); err != nil { // sent whole at the second attempt
		t.Fatal(err)
	}
	if err := db.Client().HGet(ctx, "nothing", "there").Err(); err == nil {
		t.Fatal("there is something")
	}
	if err := db.Client().Do(ctx, "NOSUCH").Err(); err == nil {
		t.Fatal("it has that command")
	}
	span.End()

	values := recorder.Values(t)
	const series = "db.client.operation.duration db.namespace=counter db.operation.name="
	for name, want := range map[string]int{
		series + "pipeline db.system.name=redis":                  2,
		series + "hget db.system.name=redis":                      1,
		series + "nosuch db.system.name=redis error.type=storage": 1,
	} {
		if values[name] != want {
			t.Errorf("%s is %d, want %d, among %v", name, values[name], want, values)
		}
	}
	if count, there := values["xzb.redis.damaged db.namespace=counter"]; !there || count != 0 {
		t.Errorf("damaged records: %d, there: %v; want 0 before the first", count, there)
	}
	const connections = "db.client.connection.count db.client.connection.pool.name=counter db.client.connection.state="
	if values[connections+"idle"] < 2 || values[connections+"used"] != 0 {
		t.Errorf("connections: %v, want those of commands and those of pipelines", values)
	}
	if found := recorder.Span(t, "counter hget"); found.Parent().SpanID() != span.SpanContext().SpanID() {
		t.Error("a command is not below its caller")
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}
