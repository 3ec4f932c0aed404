#!/usr/bin/env bash
# Makes sure that a docker engine answers. On Debian it installs one if there is none, and starts it.
# engine.sh stop: ends the one that was started so.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
answers() { docker info >/dev/null 2>&1; }

if [ "${1:-}" = stop ]; then
	pid=$(cat /var/run/docker.pid 2>/dev/null) || exit 0
	kill "$pid" 2>/dev/null || exit 0
	tail --pid="$pid" --follow /dev/null
	exit 0
fi

answers && exit 0
if ! command -v dockerd >/dev/null; then
	command -v apt-get >/dev/null || { echo "engine.sh: no docker engine, and no Debian to install one on: start one yourself" >&2; exit 1; }
	apt-get update -qq
	packages=(docker.io iptables)
	! apt-cache show docker-cli >/dev/null 2>&1 || packages+=(docker-cli) # its own package from Debian 13 on
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${packages[@]}" >/dev/null
fi
"$here/confined/engine.sh"
rm -f /var/run/docker.pid # of an engine that was killed
setsid dockerd >/var/log/dockerd.log 2>&1 </dev/null &
for _ in $(seq 120); do
	answers && exit 0
	sleep 0.5
done
tail -5 /var/log/dockerd.log >&2
echo "engine.sh: dockerd does not answer; its log is /var/log/dockerd.log" >&2
exit 1
