#!/usr/bin/env bash
# redis-image.sh IMAGE: builds an image of this host's redis-server and the libraries it is linked with. It stands in
# for the chart's Valkey where no registry is in reach; on Debian the server is installed if it is missing.
set -euo pipefail
image=$1
command -v redis-server >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq redis-server >/dev/null; }
server=$(command -v redis-server)
version=$("$server" --version | sed -n 's/.* v=\([^ ]*\).*/\1/p')
[ "$(docker image inspect --format '{{index .Config.Labels "org.opencontainers.image.version"}}' "$image" 2>/dev/null)" = "$version" ] && exit 0

context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
mkdir "$context/root"
for file in "$server" $(ldd "$server" | grep -o '/[^ ]*'); do
	install -D -m 0755 "$(realpath "$file")" "$context/root$file"
done
cat >"$context/Dockerfile" <<DOCKERFILE
FROM scratch
LABEL org.opencontainers.image.title="redis-server of Debian" org.opencontainers.image.version="$version"
COPY root/ /
USER 65532:65532
ENV PATH=$(dirname "$server")
ENTRYPOINT ["redis-server"]
DOCKERFILE
DOCKER_BUILDKIT=0 docker build --quiet --tag "$image" "$context" >"$context/log" 2>&1 || { cat "$context/log" >&2; exit 1; }
