#!/usr/bin/env bash
# Starts a built binary with the demo configuration, carries out every Action
# once and stops it. Usage: smoke.sh BINARY
set -euo pipefail
binary=$1
here=$(dirname "$0")
data=$(mktemp -d)
log=$data/log

XZB_LISTEN_HTTP=127.0.0.1:0 XZB_LISTEN_OPS=127.0.0.1:0 XZB_DATA_DIR=$data/db \
	"$binary" -config "$here/../demo.yaml" 2>"$log" &
pid=$!
trap 'kill "$pid" 2>/dev/null || true; rm -rf "$data"' EXIT

fail() { echo "smoke: $*" >&2; cat "$log" >&2; exit 1; }

address() { sed -n "s/.*\"listener\":\"$1\",\"address\":\"\([^\"]*\)\".*/\1/p" "$log"; }

for _ in $(seq 100); do
	ops=$(address ops)
	if [ -n "$ops" ] && curl -sf "http://$ops/readyz" >/dev/null; then break; fi
	kill -0 "$pid" 2>/dev/null || fail "the process has ended"
	sleep 0.1
done
http=$(address http)
[ -n "$http" ] || fail "no listener"

# act FIELDS: carries out one Action and wants returnValue 0.
act() {
	reply=$(curl -s --max-time 10 -d "$1" "http://$http/interface.php")
	case $reply in
		'{"returnValue":0,'*) echo "ok   $1" ;;
		*) fail "$1 answered $reply" ;;
	esac
}

act '{"Action":"RequestLVBAddr","userid":"anchor","groupid":"group","title":"hello","userinfo":{"nickname":"Anna"}}'
act '{"Action":"ChangeStatus","userid":"anchor","status":0}'
act '{"Action":"EnterGroup","userid":"viewer","liveuserid":"anchor","groupid":"group","flag":0,"nickname":"Ben","headpic":""}'
act '{"Action":"ChangeCount","userid":"anchor","type":1,"optype":0,"flag":0}'
act '{"Action":"FetchList","flag":3,"pageno":1,"pagesize":20}'
case $reply in
	*'"totalcount":1,'*'"viewercount":1,"likecount":1,'*) ;;
	*) fail "FetchList does not show the room, its viewer and its like: $reply" ;;
esac
act '{"Action":"FetchGroupMemberList","liveuserid":"anchor","groupid":"group","pageno":1,"pagesize":20}'
act '{"Action":"GetUserInfo","userid":"anchor","type":0}'
act '{"Action":"GetCOSSign"}'
act '{"Action":"QuitGroup","userid":"viewer","liveuserid":"anchor","groupid":"group","flag":0}'
curl -sf "http://$ops/metrics" | grep -q 'xzb_action_duration_seconds_count{action="QuitGroup",return_value="0"} 1' ||
	fail "the metrics do not count the Actions"

kill -TERM "$pid"
wait "$pid" || fail "the process ended with status $?"
echo "smoke: every Action answered, ordered end"
