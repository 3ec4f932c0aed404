#!/usr/bin/env bash
# Runs the five programs and a redis-server on loopback until Ctrl-C.
# Usage: run.sh FOLDER-OF-THE-PROGRAMS
set -euo pipefail
set -m # each in a process group of its own: Ctrl-C comes here alone
bin=$1
demo=$(dirname "$0")/../demo.yaml

if ! command -v redis-server >/dev/null; then
	echo "run-split: no redis-server on the PATH: install Debian's package redis-server, or Redis or Valkey from elsewhere" >&2
	exit 1
fi

pids=() # in the order they started in

# start PROGRAM PORT-FOR-OPERATORS FLAGS...
start() {
	"$bin/$1" -listen-ops "127.0.0.1:$2" "${@:3}" &
	pids+=($!)
	until curl -sf "http://127.0.0.1:$2/readyz" >/dev/null; do
		kill -0 "$!" 2>/dev/null || { echo "run-split: $1 has ended" >&2; exit 1; }
		sleep 0.1
	done
}

# stop ends all that was started, each before what it calls.
stop() {
	trap - EXIT
	trap '' INT TERM
	for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
		kill -TERM "${pids[i]}" 2>/dev/null || true
		wait "${pids[i]}" || true
	done
}
trap stop EXIT
trap 'exit 0' INT TERM

mkdir -p data/redis
redis-server --bind 127.0.0.1 --port 16379 --dir data/redis --appendonly yes --loglevel warning &
pids+=($!)
sleep 0.3 # it ends at once where the port is taken
kill -0 "${pids[0]}" 2>/dev/null || { echo "run-split: redis-server has ended: is port 16379 in use?" >&2; exit 1; }
ours=(-rpc-secret-file data/redis/rpc-secret) # what a service asks of the gateway; new with each run
(umask 077 && head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' >data/redis/rpc-secret)
store=("${ours[@]}" -store redis -redis-addrs 127.0.0.1:16379)
start stream 9091 -listen-rpc 127.0.0.1:8081 "${store[@]}"
start counter 9092 -listen-rpc 127.0.0.1:8082 "${store[@]}"
start room 9093 -listen-rpc 127.0.0.1:8083 "${store[@]}"
start signing 9094 -listen-rpc 127.0.0.1:8084 "${store[@]}" -config "$demo"
start gateway 9090 -listen-http 127.0.0.1:8080 "${ours[@]}" \
	-stream-addrs 127.0.0.1:8081 -counter-addrs 127.0.0.1:8082 -room-addrs 127.0.0.1:8083 -signing-addrs 127.0.0.1:8084

cat <<'TEXT'

The gateway answers on http://localhost:8080/interface.php; data is kept in ./data/redis. Try:

  curl localhost:8080/interface.php -d '{"Action":"RequestLVBAddr","userid":"tom","groupid":"g1","title":"hello"}'
  curl localhost:8080/interface.php -d '{"Action":"GetUserInfo","userid":"tom","type":0}'

Metrics are on ports 9090 (gateway) to 9094. Kill a service and see what still answers; Ctrl-C ends all.

TEXT
wait # a service that is killed leaves the others working
