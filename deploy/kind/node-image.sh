#!/usr/bin/env bash
# Prints the node image for kind, and sees to it that the engine has it: the one of NODE_IMAGE; else one that was built
# here before; else the published one, by its digest, if a registry is in reach and the host is not confined; else one that is
# built here from Go modules and Debian's packages, which takes a quarter of an hour the first time. What is compiled is
# kept in ~/.cache/xiaozhibo.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..

kubernetes=v1.34.4 # the last minor version that starts on cgroup v1
published_for_v1=kindest/node:v1.34.3@sha256:08497ee19eace7b4b5348db5c6a1591d7752b164530a36f855cb0f2bdcbadd48 # of kind's release v0.31.0
etcd=v3.6.7
coredns=v1.12.1
provisioner=v0.0.30
policies=v2.1.0 # of kube-router
kind=$(cd "$root/deploy" && GOWORK=off go list -m -f '{{.Version}}' sigs.k8s.io/kind)
built=xiaozhibo/node:$kubernetes-$(cat "$0" "$here"/node/* "$here/confined/node.sh" | sha256sum | cut -c1-12)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/xiaozhibo/node/$kubernetes
log=$cache/build.log
exec 4>&2

has() { docker image inspect "$1" >/dev/null 2>&1; }
say() { echo "node-image.sh: $*" >&4; }

if [ -n "${NODE_IMAGE:-}" ]; then
	has "$NODE_IMAGE" || docker pull --quiet "$NODE_IMAGE" >&2
	echo "$NODE_IMAGE" && exit 0
fi
has "$built" && echo "$built" && exit 0
if "$here/confined/capable.sh"; then # elsewhere the published ones do not start
	published=$published_for_v1
	if [ -e /sys/fs/cgroup/cgroup.controllers ]; then # kind's own is of a Kubernetes that wants cgroup v2
		published=$(cd "$root/deploy" && sed -n 's/^const Image = "\(.*\)"$/\1/p' "$(GOWORK=off go list -m -f '{{.Dir}}' sigs.k8s.io/kind)/pkg/apis/config/defaults/image.go")
	fi
	[[ $published == *@sha256:* ]] || { say "$published has no digest, so whoever may push there could move it"; exit 1; }
	if has "$published" || timeout 300 docker pull --quiet "$published" >/dev/null 2>&1; then
		echo "$published" && exit 0
	fi
	say "$published is not here and cannot be pulled"
fi

say "building $built; the log is $log"
mkdir -p "$cache/bin"
work=$(mktemp -d)
builder=node-builder-$$
trap 'docker rm --force "$builder" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
trap 'tail -20 "$log" >&4; say "failed; the log is $log"' ERR
exec 3>&1 >"$log" 2>&1 # what is printed is the image's name

export CGO_ENABLED=0 GOWORK=off DOCKER_BUILDKIT=0
bin=$cache/bin

# compile DIRECTORY LDFLAGS PACKAGE...: builds programs of the module in DIRECTORY.
compile() {
	local dir=$1 flags=$2
	shift 2
	(cd "$dir" && go build -trimpath -buildvcs=false -ldflags "-s -w $flags" -o "$bin/" "$@")
}

# module MODULE@VERSION PACKAGE...: prints a new directory whose module needs just these packages. (go install
# refuses modules with replace directives, and a module's own directory cannot be written to.)
module() {
	local at=$1 dir package
	shift
	dir=$(mktemp -d -p "$work")
	(
		cd "$dir"
		go mod init node
		go mod edit -require "$at"
		if [[ $at == k8s.io/kubernetes@* ]]; then # its parts are modules too, with versions that begin with v0
			go mod download "$at"
			for part in $(sed -n 's|^[[:space:]]*\(k8s.io/[^ ]*\) => ./staging/.*|\1|p' "$(go env GOMODCACHE)/$at/go.mod"); do
				go mod edit -replace "$part=$part@v0.${at##*@v1.}"
			done
		fi
		{ echo 'package node' && printf 'import _ "%s"\n' "$@"; } >node.go
		go mod tidy -e
	) >&2
	echo "$dir"
}

all() { for name in "$@"; do [ -x "$bin/$name" ] || return 1; done; }

cluster=(kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubeadm kubectl kubelet)
if ! all "${cluster[@]}"; then
	say "compiling Kubernetes $kubernetes"
	stamp=k8s.io/component-base/version
	packages=("${cluster[@]/#/k8s.io/kubernetes/cmd/}")
	compile "$(module "k8s.io/kubernetes@$kubernetes" "${packages[@]}")" \
		"-X $stamp.gitVersion=$kubernetes -X $stamp.gitMajor=1 -X $stamp.gitMinor=$(cut -d. -f2 <<<"$kubernetes")" "${packages[@]}"
fi
if ! all etcd coredns local-path-provisioner kube-router; then
	say "compiling etcd, CoreDNS, the volume provisioner and kube-router"
	compile "$(module "go.etcd.io/etcd/server/v3@$etcd" go.etcd.io/etcd/server/v3)" "" go.etcd.io/etcd/server/v3
	mv "$bin/server" "$bin/etcd"
	GOBIN=$bin go install -trimpath -ldflags "-s -w" "github.com/coredns/coredns@$coredns"
	GOBIN=$bin go install -trimpath -ldflags "-s -w" "github.com/rancher/local-path-provisioner@$provisioner"
	GOBIN=$bin go install -trimpath -ldflags "-s -w" "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router@$policies"
fi

# image NAME FILE...: builds xiaozhibo/node-NAME from node/NAME.Dockerfile and the files.
image() {
	local name=$1 dir
	shift
	dir=$(mktemp -d -p "$work")
	cp -r "$@" "$dir/"
	docker build --quiet --tag "xiaozhibo/node-$name" --file "$here/node/$name.Dockerfile" "$dir"
}

debian=xiaozhibo/node-debian:$(sha256sum "$here/node/debian.sh" | cut -c1-12)
if ! has "$debian"; then
	say "installing Debian"
	"$here/node/debian.sh" "$work/debian"
	tar -C "$work/debian" --exclude='./var/cache/apt/*' --exclude='./proc/*' --exclude='./sys/*' -c . | docker import - "$debian"
fi
docker tag "$debian" xiaozhibo/node-debian

say "building the images"
image control-plane "$bin"/{kube-apiserver,kube-controller-manager,kube-scheduler,kube-proxy,etcd}
image coredns "$bin/coredns"
image tools "$bin"/{kubectl,local-path-provisioner,kube-router}
cp -r "$(go mod download -json "sigs.k8s.io/kind@$kind" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')/images/base/files" "$work/files"
chmod -R u+w "$work/files"
"$here/confined/node.sh" "$work/files"
mkdir -p "$work/files/kind/manifests"
cp "$here"/node/default-*.yaml "$work/files/kind/manifests/"
printf %s "$kubernetes" >"$work/files/kind/version"
image base "$work/files" "$bin"/{kubelet,kubeadm,kubectl}

# What kubeadm will ask for is put into the node's containerd, under the names it will ask by.
docker run --detach --privileged --name "$builder" --entrypoint sleep xiaozhibo/node-base infinity
docker exec --detach "$builder" containerd
for _ in $(seq 60); do docker exec "$builder" ctr version && break || sleep 0.5; done
preload() { # IMAGE NAME
	docker tag "$1" "$2"
	docker save "$2" | docker exec --interactive "$builder" ctr --namespace k8s.io images import --all-platforms --no-unpack -
}
for name in $(docker exec "$builder" kubeadm config images list --kubernetes-version "$kubernetes"); do
	case $name in
		*/coredns:*) preload xiaozhibo/node-coredns "$name" ;;
		*/pause:*) preload xiaozhibo/node-tools registry.k8s.io/pause:3.10 ;; # as kind's containerd calls it
		*) preload xiaozhibo/node-control-plane "$name" ;;
	esac
done
preload xiaozhibo/node-tools docker.io/xiaozhibo/node-tools:latest
docker exec "$builder" pkill containerd || true
docker commit --change 'ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]' "$builder" "$built"
echo "$built" >&3
