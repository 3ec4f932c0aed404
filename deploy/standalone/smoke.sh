#!/usr/bin/env bash
# Starts a built server with the demo configuration, carries out every Action
# once and stops it. Usage: smoke.sh SERVER SMOKE
set -euo pipefail
binary=$1 smoke=$2
here=$(dirname "$0")
data=$(mktemp -d)
log=$data/log

XZB_LISTEN_HTTP=127.0.0.1:0 XZB_LISTEN_OPS=127.0.0.1:0 XZB_DATA_DIR=$data/db \
	"$binary" -config "$here/../demo.yaml" 2>"$log" &
pid=$!
trap 'kill "$pid" 2>/dev/null || true; rm -rf "$data"' EXIT

fail() { echo "smoke: $*" >&2; cat "$log" >&2; exit 1; }

address() { sed -n "s/.*\"listener\":\"$1\",\"address\":\"\([^\"]*\)\".*/\1/p" "$log"; }

for _ in $(seq 1800); do # three minutes
	ops=$(address ops)
	if [ -n "$ops" ] && curl -sf "http://$ops/readyz" >/dev/null; then break; fi
	kill -0 "$pid" 2>/dev/null || fail "the process has ended"
	sleep 0.1
done
http=$(address http)
[ -n "$http" ] || fail "no listener"

"$smoke" "http://$http" || fail "an Action failed"
curl -sf "http://$ops/metrics" | grep 'http_server_request_duration_seconds_count{.*xzb_action="QuitGroup"' | grep -q 'xzb_return_value="0"} 1$' ||
	fail "the metrics do not count the Actions"

kill -TERM "$pid"
wait "$pid" || fail "the process ended with status $?"
echo "smoke: every Action answered, ordered end"
