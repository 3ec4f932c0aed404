#!/usr/bin/env bash
# Checks the chart. Nothing is asked of a cluster, and no schema is fetched: they are made from Go modules.
set -euo pipefail
cd "$(dirname "$0")/../.."
chart=deploy/helm/xiaozhibo
kubernetes=k8s.io/kubernetes@v1.34.4

fail() { echo "check.sh: $*" >&2; exit 1; }

schemas=bin/schemas/$(sha256sum deploy/helm/schemas/*.go deploy/helm/*.sh | sha256sum | cut -c1-12)
if [ ! -e "$schemas/definitions.json" ]; then
	source=$(GOWORK=off go mod download -json "$kubernetes" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
	mapfile -t crds < <(deploy/helm/crds.sh)
	go run ./deploy/helm/schemas "$schemas" "$source/api/openapi-spec/swagger.json" "${crds[@]}"
fi

rendered=$(mktemp -d)
trap 'rm -rf "$rendered"' EXIT
# The unit tests run beside the rest.
bin/helm-unittest --strict --file 'tests/*_test.yaml' "$chart" >"$rendered/units" 2>&1 &
units=$!

check() {
	local values=$1 name found
	name=$(basename "$values" -values.yaml)
	bin/helm lint --strict --quiet "$chart" --values "$values"
	bin/helm template live "$chart" --namespace live --values "$values" >"$rendered/$name.yaml"
	bin/helm3 template live "$chart" --namespace live --values "$values" --kube-version 1.34.0 >"$rendered/$name.helm3.yaml"
	diff -uB "$rendered/$name.yaml" "$rendered/$name.helm3.yaml" || fail "$name: Helm 3 renders something else"
	found=$(bin/kubeconform -strict -summary -schema-location "$schemas/{{.ResourceKind}}{{.KindSuffix}}.json" "$rendered/$name.yaml") ||
		fail "$name: $found"
	printf '%-16s %s\n' "$name" "$found"
}
export chart rendered schemas
export -f check fail
printf '%s\0' "$chart"/ci/*-values.yaml | xargs -0 -P "$(nproc)" -I {} bash -euo pipefail -c 'check {}'

wait "$units" || { cat "$rendered/units"; fail "the unit tests"; }
cat "$rendered/units"
