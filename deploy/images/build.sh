#!/usr/bin/env bash
# Builds the image of each program named, from binaries that are compiled here: no base image is pulled.
# Usage: build.sh VERSION PROGRAM=PACKAGE...   REGISTRY is put in front of the names.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=$1; shift
limit=$((28 << 20)) # bytes; what a node pulls should be small. The standalone has a media server and a console in it

docker version >/dev/null 2>&1 || { echo "build.sh: no docker engine answers; on Debian, deploy/kind/engine.sh installs and starts one" >&2; exit 1; }
authorities=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}
[ -s "$authorities" ] || { echo "build.sh: no $authorities: install ca-certificates, or set SSL_CERT_FILE" >&2; exit 1; }
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
created=$(git show -s --format=%cI HEAD 2>/dev/null || echo unknown) # of the commit, so that a build can be repeated

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
CGO_ENABLED=0 go build -tags grpcnotrace -trimpath -ldflags "-s -w -X xiaozhibo.dev/libs/program.Version=$version -X xiaozhibo.dev/libs/program.Commit=$revision" -o "$work/bin/" "${@#*=}"

image() { # PROGRAM PACKAGE
	local name=${REGISTRY:+${REGISTRY%/}/}xiaozhibo/$1:$version context=$work/$1 size
	mkdir -p "$context/data"
	install -m 0644 "$authorities" "$context/ca-certificates.crt"
	mv "$work/bin/$(basename "$2")" "$context/xiaozhibo"
	DOCKER_BUILDKIT=0 docker build --quiet --tag "$name" --file deploy/images/Dockerfile \
		--build-arg PROGRAM="$1" --build-arg VERSION="$version" \
		--build-arg REVISION="$revision" --build-arg CREATED="$created" "$context" >"$work/$1.log" 2>&1 ||
		{ cat "$work/$1.log" >&2; return 1; }
	size=$(docker image inspect --format '{{.Size}}' "$name")
	printf '%-40s %5.1f MB\n' "$name" "$(awk "BEGIN {print $size / 1000000}")"
	[ "$size" -lt "$limit" ] || { echo "build.sh: $name is over 28 MiB" >&2; return 1; }
}

jobs=()
for target in "$@"; do
	image "${target%%=*}" "${target#*=}" &
	jobs+=($!)
done
failed=0
for job in "${jobs[@]}"; do wait "$job" || failed=1; done
exit $failed
